import { z } from 'zod';
import { choiceAt, cubeOf, type CubeSpace, type Dimension } from './cube.js';

/** Of other parameters some options: only with those has the parameter a value. */
const when = z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).optional();

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
      /** The first objective does not rise with it, and others presumably do: what the density of a layer is to a network's error and its energy. */
      density: z.boolean().default(false),
    })
    .refine(({ low, high }) => low <= high, { error: 'low must be at most high' })
    .refine(({ low, log }) => !log || low > 0, { error: 'a logarithm needs low above 0' }),
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
      else if (bound.low < parameter.low) refuse('atMost', `'${parameter.atMost}' may be less than ${parameter.low}`);
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
      if (bound !== undefined) values[j] = Math.min(Number(values[j]), Number(values[bound]));
    });
    const parameters: Parameters = {};
    this.#parameters.forEach(({ name, condition }, j) => {
      if (!condition || condition.options.includes(values[condition.at])) parameters[name] = values[j];
    });
    return parameters;
  }

  /** The inverse of `decode`; what is not of the space comes to its nearest end, what has no value to the middle. */
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
      const { low, high, log } = parameter;
      const number = Math.min(high, Math.max(low, Number(value)));
      if (isCounted(parameter)) return (Math.round(number) - low + 0.5) / countOf(parameter);
      if (low === high) return 0.5;
      return log ? Math.log(number / low) / Math.log(high / low) : (number - low) / (high - low);
    });
  }
}

type NumberParameter = Exclude<Parameter, { options: unknown }>;

/** Whole numbers on a logarithmic scale are not evenly spaced: they are rounded from it. */
const isCounted = ({ integer, log }: NumberParameter): boolean => integer && !log;
const countOf = ({ low, high }: NumberParameter): number => Math.floor(high) - Math.ceil(low) + 1;

function valueAt(parameter: Parameter, at: number): string | number | boolean {
  if ('options' in parameter) return parameter.options[choiceAt(at, parameter.options.length)];
  const { low, high, log, integer } = parameter;
  if (isCounted(parameter)) return Math.ceil(low) + choiceAt(at, countOf(parameter));
  const value = log ? low * (high / low) ** at : low + (high - low) * at;
  const clipped = Math.min(high, Math.max(low, value));
  return integer ? Math.round(clipped) : clipped;
}
