import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CampaignSpecSchema, fieldErrors, type CampaignSpec } from '@espalier/contracts';
import { LineCounter, parseDocument } from 'yaml';
import { CommandError } from './exit-codes.js';
import { fieldLines } from './field-lines.js';

/**
 * Reads a campaign's file and checks it. An accelerator that names a file is read too, since the API cannot.
 *
 * @throws CommandError naming line and column of a syntax error, or each field that is wrong
 */
export async function readSpec(path: string): Promise<CampaignSpec> {
  const content = await readYaml(path);
  const spec = content as { accelerator?: unknown } | null;
  if (typeof spec?.accelerator === 'string' && /\.(ya?ml|json)$|\//.test(spec.accelerator)) {
    spec.accelerator = await readYaml(resolve(dirname(path), spec.accelerator));
  }
  const parsed = CampaignSpecSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error.issues, content);
  const lines = fieldLines(errors);
  throw new CommandError('invalid', [`${path} is not a campaign:`, ...lines].join('\n'), {
    type: 'about:blank',
    title: 'Invalid campaign',
    status: 422,
    detail: `${path} is not a campaign`,
    errors,
  });
}

/** @throws CommandError when the file cannot be read or is not YAML */
export async function readYaml(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('invalid', `${path} cannot be read (${error.code ?? error.message})`);
  });
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new CommandError('invalid', `${path}, line ${line}, column ${col}: ${error.message}`);
  }
  return document.toJS({ maxAliasCount: 100 }) as unknown;
}
