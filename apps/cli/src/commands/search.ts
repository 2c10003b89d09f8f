import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  Search,
  SEARCH_STRATEGIES,
  SearchOptionsSchema,
  SpaceExhaustedError,
  type ProposedParameters,
  type KnownObjective,
  type Parameters,
  type SearchOptions,
} from '@espalier/search';
import { fieldErrors } from '@espalier/contracts';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';
import { positiveNumber, wholeNumber } from '../input/option-numbers.js';
import { note, print } from '../output/print.js';
import { addPriorObservations } from '../input/add-prior-observations.js';
import { answerLines } from '../input/search-lines.js';

const KnownSchema = z.custom<KnownObjective>((value) => typeof value === 'function', 'a function');

/** The exports of a problem's file. */
const ProblemSchema = SearchOptionsSchema.safeExtend({
  /** Evaluates parameters: objectives, all minimised, or null for a failure. */
  evaluate: z.custom<(parameters: Parameters) => Promise<number[] | null> | number[] | null>(
    (value) => typeof value === 'function',
    'a function of the parameters that gives their objectives, or null for what fails',
  ),
  /**
   * The second objective where it is known before an evaluation; or all after the first, null for
   * unknown ones.
   */
  known: z
    .union([KnownSchema, z.array(KnownSchema.nullable())], { error: 'a function, or a list of functions and nulls' })
    .optional(),
});

interface Options {
  problem?: string;
  strategy?: (typeof SEARCH_STRATEGIES)[number];
  seed?: number;
  evaluations: number;
  prior?: string;
}

export function searchCommand(): Command {
  return new Command('search')
    .option(
      '--problem <file>',
      'a module that exports space, evaluate and reference; without it, lines of JSON on stdin',
    )
    .addOption(new Option('--strategy <name>', 'instead of what the problem names').choices(SEARCH_STRATEGIES))
    .option('--seed <n>', 'instead of what the problem names', wholeNumber)
    .option('--evaluations <n>', 'how many to try, with --problem', positiveNumber, 100)
    .option(
      '--prior <file>',
      'earlier results, with --problem: lines of JSON as it prints, each with parameters and objectives',
    )
    .addHelpText(
      'after',
      `
What is known spares tries: "density": true of a number says that the first objective does not rise with it and that others do, as the
error and the energy of a network with what a layer keeps; "share": true that the first objective is an error, from 0 to 1. A file may also
export known, a function that gives the second objective before anything is tried.

With a file, a line of JSON for each evaluation is printed: its number, parameters, objectives and the hypervolume so far. With --prior the
lines of an earlier search are known before anything is tried.

By lines: the first on stdin describes the search, as {"space": {"x": {"low": 0, "high": 1}, "kind": {"options": ["a", "b"]}},
"reference": [1, 1]}, as many as there are objectives; then {"ask": true} is answered by {"number": 0, "parameters": {...}}, and
{"tell": {"number": 0, "objectives": [0.3, 0.7]}} (null for what failed: JSON has no NaN) by {"hypervolume": 0.21}. Results that are
known already are told with their parameters: {"tell": {"parameters": {...}, "objectives": [0.3, 0.7]}}. When all points of a finite space
have been tried, an ask is answered by {"exhausted": "..."}. What is wrong is answered by {"error": "..."}, and the search goes on.

Examples:
  npx espalier search --problem examples/search/prune8.mjs --evaluations 100 > results.jsonl
  npx espalier search --problem examples/search/prune8.mjs --evaluations 50 --prior results.jsonl
  my-program | npx espalier search | my-program`,
    )
    .action(async ({ problem, ...options }: Options) => {
      if (problem === undefined && options.prior !== undefined) {
        throw new CommandError(
          'invalid',
          `--prior ${options.prior} is for searches with --problem; without it, tell earlier results by lines: {"tell": {"parameters": {...}, "objectives": [...]}}`,
        );
      }
      if (problem === undefined) await answerLines(createInterface({ input: process.stdin }), options, print);
      else await searchProblem(problem, options);
    });
}

async function searchProblem(path: string, { evaluations, prior, ...chosen }: Options): Promise<void> {
  const exported: unknown = await import(pathToFileURL(resolve(path)).href).catch((error: unknown) => {
    throw new CommandError(
      'invalid',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const parsed = ProblemSchema.safeParse({ ...(exported as object), ...chosen });
  if (!parsed.success) {
    const lines = fieldLines(fieldErrors(parsed.error.issues, exported));
    throw new CommandError('invalid', [`${path} is not a problem:`, ...lines].join('\n'));
  }
  const { evaluate, known, ...options } = parsed.data;
  const search = new Search(options satisfies SearchOptions, known);
  if (prior !== undefined) {
    const count = await addPriorObservations(search, prior, options.reference.length);
    note(`${count} earlier results of ${prior}: hypervolume ${search.hypervolume.toFixed(4)}`);
  }
  const failures: string[] = [];
  let tried = 0;
  for (; tried < evaluations; tried++) {
    const asked = askUnlessExhausted(search);
    if (asked === undefined) break;
    const { number, parameters } = asked;
    let objectives: number[] | null;
    let error: string | undefined;
    try {
      objectives = checked(await evaluate(parameters), options.reference.length);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
      objectives = null;
      failures.push(error);
    }
    search.tell(number, objectives);
    print(
      JSON.stringify({
        number,
        parameters,
        objectives,
        ...(error !== undefined && { error }),
        hypervolume: search.hypervolume,
      }),
    );
    if (failures.length === FAILURES_TO_END && tried + 1 === failures.length) break;
  }
  if (failures.length > 0) note(`${failures.length} evaluations failed, the first: ${failures[0]}`);
  if (failures.length > 0 && failures.length >= tried) {
    throw new CommandError('invalid', `evaluate of ${path} gave no result: ${failures[0]}`);
  }
  note(`hypervolume ${search.hypervolume.toFixed(4)} after ${tried} evaluations by ${options.strategy}`);
}

/** @throws Error when they are not as many numbers as there are objectives */
function checked(objectives: unknown, count: number): number[] | null {
  if (objectives === null) return null;
  const numbers = z.array(z.number()).length(count).safeParse(objectives);
  if (numbers.success) return numbers.data;
  throw new Error(
    `evaluate gave ${JSON.stringify(objectives)}; allowed: ${count} finite numbers, or null for what failed`,
  );
}

/** After this many failures without one result the function is at fault. */
const FAILURES_TO_END = 10;

function askUnlessExhausted(search: Search): ProposedParameters | undefined {
  try {
    return search.ask();
  } catch (error) {
    if (!(error instanceof SpaceExhaustedError)) throw error;
    note(error.message);
    return undefined;
  }
}
