import type { PruningSchedule, ScheduleSpace } from './schedule.js';

/** Whether a strategy that searches the space can go on from the schedule. */
export function hasPlaceFor(space: ScheduleSpace, { criterion, density, filters, loop }: PruningSchedule): boolean {
  return (
    space.criterion.includes(criterion) &&
    areWithin(space.density, density) &&
    (space.tied ?? []).every((layers) => new Set(layers.map((layer) => density[layer])).size === 1) &&
    (space.noDenser ?? []).every(([one, other]) => density[one] <= density[other]) &&
    (space.filters ? filters !== undefined && areWithin(space.filters.density, filters.density) : !filters) &&
    JSON.stringify(space.loop) === JSON.stringify(loop)
  );
}

function areWithin(ranges: ScheduleSpace['density'], density: Readonly<Record<string, number>>): boolean {
  const layers = Object.keys(ranges);
  return (
    layers.length === Object.keys(density).length &&
    layers.every((layer) => density[layer] >= ranges[layer][0] && density[layer] <= ranges[layer][1])
  );
}
