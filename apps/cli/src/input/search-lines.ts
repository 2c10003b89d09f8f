import { fieldErrors } from '@espalier/contracts';
import { Search, SearchOptionsSchema, SpaceExhaustedError } from '@espalier/search';
import { z } from 'zod';
import { fieldLines } from '../output/field-lines.js';
import { parseJsonLine } from './parse-json-line.js';

const LineSchema = z.union([
  z.strictObject({ ask: z.literal(true) }),
  z.strictObject({
    tell: z.strictObject({ number: z.int().min(0), objectives: z.array(z.number()).min(2).nullable() }),
  }),
  z.strictObject({
    tell: z.strictObject({
      parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      objectives: z.array(z.number()).min(2).nullable(),
    }),
  }),
]);

/**
 * Runs a search that another program drives: the first line describes it, each later line asks or
 * tells, and gets one line as its answer. An invalid line is answered with its error, and changes
 * nothing.
 *
 * @param chosen options of the command line, which take precedence over the first line
 */
export async function answerLines(
  lines: AsyncIterable<string>,
  chosen: object,
  answer: (line: string) => void,
): Promise<void> {
  let search: Search | undefined;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    let said: unknown;
    try {
      said = parseJsonLine(line);
      if (search) answer(JSON.stringify(reply(search, LineSchema.parse(said))));
      else {
        search = new Search(SearchOptionsSchema.parse({ ...(said as object), ...onlySearch(chosen) }));
        answer(JSON.stringify({ ready: true }));
      }
    } catch (error) {
      answer(JSON.stringify({ error: wordsOf(error, said) }));
    }
  }
}

function reply(search: Search, said: z.infer<typeof LineSchema>): object {
  if ('ask' in said) return asked(search);
  if ('number' in said.tell) search.tell(said.tell.number, said.tell.objectives);
  else search.addObservation(said.tell.parameters, said.tell.objectives);
  return { hypervolume: search.hypervolume };
}

function asked(search: Search): object {
  try {
    return search.ask();
  } catch (error) {
    if (!(error instanceof SpaceExhaustedError)) throw error;
    return { exhausted: error.message };
  }
}

/** The search options among the command's options. */
function onlySearch(chosen: object): object {
  return Object.fromEntries(Object.entries(chosen).filter(([key]) => key in SearchOptionsSchema.shape));
}

function wordsOf(error: unknown, said: unknown): string {
  if (error instanceof z.ZodError) {
    const lines = fieldLines(fieldErrors(error.issues, said));
    return lines.map((each) => each.trim()).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
