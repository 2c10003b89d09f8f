// Schedules that were really pruned, trained and measured, on a grid of densities; between its
// points, what lies between.
import { readFileSync } from 'node:fs';

/**
 * @param file a CSV file beside this one: densities, then accuracy, energy and seconds after each
 *   epoch of fine-tuning
 * @returns `parameters` and the `levels` of each, the last of the `epochs`, the `dense` network's
 *   accuracy and layers, all `rows`, those `between` the points of the grid, and `at(densities,
 *   epoch)`
 */
export function recordedEvaluations(file) {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const dense = JSON.parse(lines.find((line) => line.startsWith('# dense: ')).slice('# dense: '.length));
  const columns = lines.find((line) => !line.startsWith('#')).split(',');
  const rows = lines
    .filter((line) => /^\d/.test(line))
    .map((line) => Object.fromEntries(line.split(',').map((value, i) => [columns[i], Number(value)])));
  const parameters = columns.slice(0, columns.indexOf('accuracy_0'));
  const levels = Object.fromEntries(parameters.map((each) => [each, levelsOf(rows.map((row) => row[each]))]));
  const isOnGrid = (row) => parameters.every((each) => levels[each].includes(row[each]));
  // A row's place: the last parameter's levels follow each other.
  const strides = parameters.map((_, i) =>
    parameters.slice(i + 1).reduce((product, each) => product * levels[each].length, 1),
  );
  const grid = [];
  for (const row of rows.filter(isOnGrid)) {
    grid[parameters.reduce((at, each, i) => at + strides[i] * levels[each].indexOf(row[each]), 0)] = row;
  }
  const epochs = Number(columns.at(-1).split('_')[1]);

  /**
   * Of a figure at each corner of the cell that densities lie in, weighted by how near they are on
   * a logarithmic scale.
   */
  const between = (densities, figure) => {
    let corners = [[0, 1]];
    parameters.forEach((each, i) => {
      const { low, part } = place(levels[each], densities[each]);
      corners = corners.flatMap(([at, weight]) => [
        ...(part < 1 ? [[at + strides[i] * low, weight * (1 - part)]] : []),
        ...(part > 0 ? [[at + strides[i] * (low + 1), weight * part]] : []),
      ]);
    });
    return corners.reduce((sum, [at, weight]) => sum + weight * figure(grid[at]), 0);
  };

  return {
    parameters,
    levels,
    epochs,
    dense,
    rows,
    between: rows.filter((row) => !isOnGrid(row)),
    at: (densities, epoch = epochs) => ({
      // Errors are of several orders of magnitude: it is their logarithm that goes evenly.
      error: Math.exp(between(densities, (row) => Math.log(Math.max(1e-4, 1 - row[`accuracy_${epoch}`])))),
      energy: between(densities, (row) => row[`energy_${epoch}`]),
      seconds: between(densities, (row) => row[`seconds_${epoch}`]),
    }),
  };
}

/** Numbers that most rows share: those of the grid, not of the rows between. */
function levelsOf(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 3)
    .map(([value]) => value)
    .sort((a, b) => a - b);
}

/** The level below a density, and how far it is from there to the next. */
function place(levels, density) {
  const within = Math.min(levels.at(-1), Math.max(levels[0], density));
  const low = Math.max(0, levels.findIndex((level) => level >= within) - 1);
  return { low, part: Math.log(within / levels[low]) / Math.log(levels[low + 1] / levels[low]) };
}

/** What `espalier search --problem` asks of a module. */
export function problemOf(recorded) {
  const { levels, at } = recorded;
  return {
    space: Object.fromEntries(
      Object.entries(levels).map(([name, of]) => [name, { low: of[0], high: of.at(-1), log: true, density: true }]),
    ),
    reference: [1, 1],
    share: true,
    known: (densities) => at(densities).energy,
    evaluate: (densities) => {
      const { error, energy } = at(densities);
      return [error, energy];
    },
  };
}
