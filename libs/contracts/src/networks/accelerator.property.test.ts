import {
  ACCELERATORS,
  DATAFLOWS,
  DIMENSIONS,
  EnergyModelError,
  NetworkPricer,
  type Accelerator,
  type LayerShape,
} from '@espalier/energy-model';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { AcceleratorSchema } from './accelerator.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const LAYER: LayerShape = {
  ...{ name: 'layer', groups: 1, inputChannels: 3, outputChannels: 4, stride: 1 },
  ...{ inputHeight: 6, inputWidth: 6, kernelHeight: 3, kernelWidth: 3, outputHeight: 4, outputWidth: 4 },
};

/** What a field of a chip may be, in some field of some chip. */
const VALUES = ACCELERATORS.flatMap((chip) => nodesOf(JSON.parse(JSON.stringify(chip)) as Json));
const extreme = fc.constantFrom(0, 1, 2, 3, 64, 65_536, 1e-320, 1e-9, 1e9, 1e300, Number.MAX_SAFE_INTEGER, -1, 0.5);
const word = fc.constantFrom('weights', 'inputs', 'partialSums', 'constructor', 'toString', 'rows', 'images', 'free');
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: extreme },
  { weight: 3, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom<Json>([], {}, null, true, false) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json> },
);
const change = fc.record({
  at: fc.nat(10_000),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'swap'),
  value,
});

/** A shipped chip, some of whose fields were changed, left out, repeated or exchanged. */
const changedChip = fc
  .tuple(fc.constantFrom(...ACCELERATORS), fc.array(change, { minLength: 1, maxLength: 5 }))
  .map(([chip, changes]) => {
    const changed = copyOf(chip);
    for (const { at, how, value } of changes) {
      const places = placesIn(changed);
      const { parent, key } = places[at % places.length];
      const other = places[(at * 31 + 7) % places.length];
      if (how === 'replace') parent[key] = structuredClone(value);
      else if (how === 'swap') parent[key] = structuredClone(other.parent[other.key]);
      else if (!Array.isArray(parent)) delete parent[key];
      else if (how === 'remove') parent.splice(Number(key), 1);
      else parent.push(structuredClone(parent[Number(key)]));
    }
    return changed;
  });

/** A shipped chip, some of whose numbers, dataflow, axes and options are others of their kind. */
const wellFormedChip = fc
  .tuple(
    fc.constantFrom(...ACCELERATORS),
    fc.constantFrom(undefined, ...DATAFLOWS),
    fc.array(fc.record({ at: fc.nat(10_000), value: extreme }), { maxLength: 6 }),
    fc.option(fc.array(fc.constantFrom(1, 2, 7, 64, 65_536), { maxLength: 6 })),
    fc.array(fc.subarray([...DIMENSIONS]), { maxLength: 6 }),
  )
  .map(([chip, dataflow, numbers, sizes, dimensions]) => {
    const changed = copyOf({ ...chip, ...(dataflow && { dataflow }) });
    if (sizes) {
      changed.array = sizes.map((size, i) => ({ name: `axis${i}`, size, unrolls: dimensions[i] ?? [] }));
      for (const level of changed.levels as { sharedAlong?: Json }[]) {
        if (level.sharedAlong !== undefined) level.sharedAlong = [];
      }
    }
    const places = placesIn(changed).filter(({ parent, key }) => typeof parent[key] === 'number');
    for (const { at, value } of numbers) {
      const { parent, key } = places[at % places.length];
      parent[key] = value;
    }
    return changed;
  });

/** Spread over which a layer has millions of ways. */
const manyAxes = {
  ...copyOf(ACCELERATORS[0]),
  dataflow: 'output-stationary',
  array: [7, 7, 65_536, 64].map((size, i) => ({ name: `axis${i}`, size, unrolls: [...DIMENSIONS] })),
  levels: (copyOf(ACCELERATORS[0]).levels as Record<string, Json>[]).map((level) =>
    level.sharedAlong === undefined ? level : { ...level, sharedAlong: [] },
  ),
};
/** Which takes more cycles than a number can hold. */
const slowWires = {
  ...copyOf(ACCELERATORS[0]),
  levels: (copyOf(ACCELERATORS[0]).levels as Record<string, Json>[]).map((level) => ({
    ...level,
    bandwidth: { read: 1e-320, write: 1e-320 },
  })),
};

const noLevels = { ...copyOf(ACCELERATORS[0]), levels: [] };

function placesIn(node: Json): { parent: Record<string, Json>; key: string }[] {
  if (typeof node !== 'object' || node === null) return [];
  const parent = node as Record<string, Json>;
  return Object.entries(parent).flatMap(([key, child]) => [{ parent, key }, ...placesIn(child)]);
}

function nodesOf(node: Json): Json[] {
  if (typeof node !== 'object' || node === null) return [node];
  return [node, ...Object.values(node).flatMap(nodesOf)];
}

/** Checks that a description is refused, or that a layer's price on the chip is finite. */
function pricesOrRefuses(content: unknown): void {
  const parsed = AcceleratorSchema.safeParse(content);
  if (!parsed.success) {
    expect(parsed.error.issues.every(({ message }) => message.length > 0)).toBe(true);
    return;
  }
  let pricer: NetworkPricer;
  try {
    pricer = new NetworkPricer([LAYER], 2, parsed.data);
  } catch (error) {
    expect(error).toBeInstanceOf(EnergyModelError);
    return;
  }
  const { total, layers } = pricer.price([{ weights: 0.5, inputs: 0.3, outputs: 0.7 }]);
  const { levels, latency, computation, metadata, leakage } = layers[0];
  const numbers = [total, computation, metadata, leakage, latency?.cycles ?? NaN, latency?.energyDelayProduct ?? NaN];
  for (const each of [...numbers, ...Object.values(levels).flatMap((level) => Object.values(level))]) {
    expect(Number.isFinite(each)).toBe(true);
    expect(each).toBeGreaterThanOrEqual(0);
  }
}

describe('the description of a chip', () => {
  it.each([
    ['any content', changedChip],
    ['any numbers', wellFormedChip],
  ])('of %s is priced on in finite numbers, or refused', (_, chips) => {
    fc.assert(
      fc.property(chips, (chip) => pricesOrRefuses(chip)),
      {
        numRuns: 200,
        examples: [
          ...ACCELERATORS.map((chip): [Record<string, Json>] => [copyOf(chip)]),
          [manyAxes],
          [slowWires],
          [noLevels],
        ],
      },
    );
  });

  it('that is no chip at all is refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (content) => {
        expect(AcceleratorSchema.safeParse(content).success).toBe(false);
      }),
    );
  });
});

function copyOf(chip: Accelerator): Record<string, Json> {
  return JSON.parse(JSON.stringify(chip)) as Record<string, Json>;
}
