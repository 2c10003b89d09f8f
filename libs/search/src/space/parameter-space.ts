import { z } from 'zod';
import { choiceAt, cubeOf, type CubeSpace, type Dimension } from './unit-cube-space.js';

/** Of other parameters some options: only with those has the parameter a value. */
const when = z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).optional();

interface Range {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly integer: boolean;
}

/** What is wrong with a range: every point of the cube must come to a number within it. */
function problemOf({ low, high, log, integer }: Range): string | undefined {
  if (low > high) return `low must be at most high; low is ${low}, high is ${high}`;
  if (log && low <= 0) return `a logarithm needs low above 0; low is ${low}`;
  if (!Number.isFinite(high - low))
    return `from ${low} to ${high} is more than a number can hold; choose a smaller range`;
  if (!integer) return undefined;
  if (Math.ceil(low) > Math.floor(high)) return `there is no whole number from ${low} to ${high}`;
  return Math.max(Math.abs(low), Math.abs(high)) > Number.MAX_SAFE_INTEGER
    ? `whole numbers are from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}; the range is from ${low} to ${high}`
    : undefined;
}

const ParameterSchema = z.union([
  z
    .strictObject({
      when,
      /** Another number that it is never above. */
      atMost: z.string().optional(),
      low: z.number(),
      high: z.number(),
      /** Searched by its logarithm. */
      log: z.boolean().default(false),
      /** Whole numbers alone. */
      integer: z.boolean().default(false),
      /**
       * The first objective does not rise with it, and others presumably do: what the density of a
       * layer is to a network's error and its energy.
       */
      density: z.boolean().default(false),
    })
    .superRefine((range, context) => {
      const problem = problemOf(range);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    }),
  z.strictObject({ when, options: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1) }),
]);
type Parameter = z.infer<typeof ParameterSchema>;

/** What a search may choose, by name: a number between two others, or one of several options. */
export const ParameterSpaceSchema = z
  .record(z.string().min(1), ParameterSchema)
  .refine((space) => Object.keys(space).length > 0, { error: 'name at least one parameter' })
  .superRefine((space, context) => {
    for (const [name, parameter] of Object.entries(space)) {
      const refuse = (field: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [name, field], message });
      const conditions = Object.entries(parameter.when ?? {});
      if (conditions.length > 1) refuse('when', 'name one other parameter');
      for (const [other, options] of conditions) {
        const on = space[other] as Parameter | undefined;
        if (!on || !('options' in on)) refuse('when', `'${other}' is no parameter with options`);
        else if (on.when) refuse('when', `'${other}' has a condition of its own`);
        else if (!options.every((each) => on.options.includes(each))) {
          refuse('when', `'${other}' has no option but ${on.options.join(', ')}`);
        }
      }
      if ('options' in parameter || parameter.atMost === undefined) continue;
      const bound = space[parameter.atMost] as Parameter | undefined;
      if (!bound || 'options' in bound || bound.when)
        refuse('atMost', `'${parameter.atMost}' is no number that always has a value`);
      else if (bound.atMost !== undefined) refuse('atMost', `'${parameter.atMost}' has a bound of its own`);
      else if (bound.low < boundsOf(parameter).low)
        refuse('atMost', `'${parameter.atMost}' may be less than ${boundsOf(parameter).low}`);
    }
  });
export type ParameterSpace = z.infer<typeof ParameterSpaceSchema>;
export type Parameters = Record<string, string | number | boolean>;

interface Named {
  readonly name: string;
  readonly parameter: Parameter;
  /** Which of the others it has a value with, if only with some of its options. */
  readonly condition: { readonly at: number; readonly options: readonly unknown[] } | undefined;
  /** Which of the others it is never above. */
  readonly bound: number | undefined;
}

/** Parameters as points of the unit cube, in the order of their names. */
export class ParameterCoding {
  readonly #parameters: readonly Named[];

  constructor(space: ParameterSpace) {
    const sorted = Object.entries(space).sort(([a], [b]) => (a < b ? -1 : 1));
    const placeOf = (other: string): number => sorted.findIndex(([name]) => name === other);
    this.#parameters = sorted.map(([name, parameter]) => {
      const [condition] = Object.entries(parameter.when ?? {});
      const bound = 'options' in parameter ? undefined : parameter.atMost;
      return {
        name,
        parameter,
        condition: condition && { at: placeOf(condition[0]), options: condition[1] },
        bound: bound === undefined ? undefined : placeOf(bound),
      };
    });
  }

  cube(): CubeSpace {
    return cubeOf(
      this.#parameters.map(({ parameter, condition }): Dimension => {
        const when = condition && this.#whenOf(condition);
        return {
          ...('options' in parameter
            ? { isDensity: false, choices: parameter.options.length, isCategorical: true }
            : { isDensity: parameter.density, ...(isCounted(parameter) && { choices: countOf(parameter) }) }),
          ...(when && { when }),
        };
      }),
    );
  }

  #whenOf({ at, options }: NonNullable<Named['condition']>): Dimension['when'] {
    const { parameter } = this.#parameters[at];
    const all: readonly unknown[] = 'options' in parameter ? parameter.options : [];
    return { dimension: at, options: options.map((each) => all.indexOf(each)) };
  }

  decode(point: readonly number[]): Parameters {
    const values = this.#parameters.map(({ parameter }, j) => valueAt(parameter, point[j]));
    this.#parameters.forEach(({ bound }, j) => {
      if (bound === undefined) return;
      const { parameter } = this.#parameters[j];
      const least = Math.min(Number(values[j]), Number(values[bound]));
      values[j] =
        'integer' in parameter && parameter.integer ? Math.max(boundsOf(parameter).low, Math.floor(least)) : least;
    });
    const parameters: Parameters = {};
    this.#parameters.forEach(({ name, condition }, j) => {
      if (!condition || condition.options.includes(values[condition.at])) parameters[name] = values[j];
    });
    return parameters;
  }

  /** Number of values of each parameter; Infinity where it is continuous. */
  get counts(): number[] {
    return this.#parameters.map(({ parameter }) => {
      if ('options' in parameter) return parameter.options.length;
      const { low, high, integer } = boundsOf(parameter);
      return low === high ? 1 : integer ? high - low + 1 : Infinity;
    });
  }

  /** Of the i-th value of a parameter that has finitely many. */
  coordinateOf(j: number, i: number): number {
    const { name, parameter } = this.#parameters[j];
    const value = 'options' in parameter ? parameter.options[i] : boundsOf(parameter).low + i;
    return this.encode({ [name]: value })[j];
  }

  /**
   * Refuses parameters that are not of the space.
   *
   * @throws RangeError naming the parameter, its value, and what is allowed
   */
  check(parameters: Readonly<Partial<Parameters>>): void {
    const names = this.#parameters.map(({ name }) => name);
    const unknown = Object.keys(parameters).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new RangeError(`there is no parameter '${unknown}'; there are ${names.join(', ')}`);
    for (const { name, parameter, condition } of this.#parameters) {
      const value = parameters[name];
      const owner = condition && this.#parameters[condition.at].name;
      const hasValue = !condition || condition.options.includes(parameters[owner ?? '']);
      if (!hasValue && value === undefined) continue;
      const allowed =
        'options' in parameter
          ? parameter.options.includes(value as string)
          : typeof value === 'number' && value >= parameter.low && value <= parameter.high;
      if (allowed && hasValue) continue;
      const what = 'options' in parameter ? parameter.options.join(', ') : `from ${parameter.low} to ${parameter.high}`;
      throw new RangeError(`${name} is ${String(value)}; allowed: ${hasValue ? what : `no value, with this ${owner}`}`);
    }
  }

  /**
   * The inverse of `decode`; what is not of the space comes to its nearest end, what has no value
   * to the middle.
   */
  encode(parameters: Readonly<Partial<Parameters>>): number[] {
    return this.#parameters.map(({ name, parameter }) => {
      const value = parameters[name];
      if ('options' in parameter) {
        const { options } = parameter;
        return (
          (Math.max(
            0,
            options.findIndex((option) => option === value),
          ) +
            0.5) /
          options.length
        );
      }
      if (value === undefined) return 0.5;
      const { low, high, log } = boundsOf(parameter);
      const number = Math.min(high, Math.max(low, Number(value)));
      if (isCounted(parameter)) return (Math.round(number) - low + 0.5) / countOf(parameter);
      if (low === high) return 0.5;
      return log ? logRatio(number, low) / logRatio(high, low) : (number - low) / (high - low);
    });
  }
}

type NumberParameter = Exclude<Parameter, { options: unknown }>;

/** Whole numbers on a logarithmic scale are not evenly spaced: they are rounded from it. */
const isCounted = (parameter: NumberParameter): boolean =>
  parameter.integer && !parameter.log && countOf(parameter) <= MOST_COUNTED;
/**
 * More whole numbers than these are rounded from a scale, too: strategies look at counted values
 * one by one.
 */
const MOST_COUNTED = 10_000;
const countOf = (parameter: NumberParameter): number => boundsOf(parameter).high - boundsOf(parameter).low + 1;

/** Of whole numbers the least and the greatest that the range holds. */
function boundsOf(parameter: NumberParameter): NumberParameter {
  const { low, high, integer } = parameter;
  return integer ? { ...parameter, low: Math.ceil(low), high: Math.floor(high) } : parameter;
}

/** The logarithm of a ratio that itself may be more than a number can hold. */
function logRatio(a: number, b: number): number {
  const ratio = a / b;
  return Number.isFinite(ratio) && ratio > 0 ? Math.log(ratio) : Math.log(a) - Math.log(b);
}

function valueAt(parameter: Parameter, at: number): string | number | boolean {
  if ('options' in parameter) return parameter.options[choiceAt(at, parameter.options.length)];
  const { low, high, log, integer } = boundsOf(parameter);
  if (isCounted(parameter)) return low + choiceAt(at, countOf(parameter));
  const scaled = Number.isFinite(high / low)
    ? low * (high / low) ** at
    : Math.exp(Math.log(low) + logRatio(high, low) * at);
  const value = log ? scaled : low + (high - low) * at;
  const clipped = Math.min(high, Math.max(low, value));
  return integer ? Math.round(clipped) : clipped;
}
