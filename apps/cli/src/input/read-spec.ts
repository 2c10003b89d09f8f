import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { fieldErrors, LaunchRequestSchema, type LaunchRequest } from '@espalier/contracts';
import { isFolder } from '@espalier/datasets';
import { importModel } from '@espalier/networks';
import { encodeCheckpoint } from '@espalier/training';
import { LineCounter, parseDocument } from 'yaml';
import { artifactsFolder } from '../api-client/artifacts-folder.js';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';
import { readPriorResults } from './read-prior-results.js';

/**
 * Reads a campaign's file and checks it. What it names by a file, an accelerator, a trained model
 * or results to begin with, is read too, since the API cannot; a model's weights go to the artifact
 * store.
 *
 * @param from what it is to begin with beside what it says itself: names of campaigns, and CSV
 *   files
 * @throws CommandError naming line and column of a syntax error, or each field that is wrong
 * @throws NetworkError when a model's file is no model
 */
export async function readSpec(path: string, from: readonly string[] = []): Promise<LaunchRequest> {
  let content = await readYaml(path);
  const spec = content as Partial<
    Record<'accelerator' | 'network' | 'preprocessing' | 'data' | 'warmStart', unknown>
  > | null;
  if (typeof spec?.accelerator === 'string' && /\.(ya?ml|json)$|\//.test(spec.accelerator)) {
    spec.accelerator = await readYaml(resolve(dirname(path), spec.accelerator));
  }
  if (typeof spec?.data === 'string' && isFolder(spec.data)) spec.data = resolve(dirname(path), spec.data);
  if (spec && from.length > 0) {
    const before: unknown[] = Array.isArray(spec.warmStart) ? spec.warmStart : [];
    spec.warmStart = [...before, ...from.map((source) => (isCsv(source) ? resolve(source) : source))];
  }
  if (Array.isArray(spec?.warmStart)) content = { ...spec, ...(await readWarmStart(dirname(path), spec.warmStart)) };
  if (typeof spec?.network === 'string' && MODEL_FILE.test(spec.network)) {
    const { preprocessing, ...rest } = content as typeof spec;
    content = { ...rest, ...(await readModel(resolve(dirname(path), spec.network), preprocessing)) };
  }
  const parsed = LaunchRequestSchema.safeParse(content);
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

const isCsv = (source: unknown): source is string => typeof source === 'string' && /\.csv$/i.test(source);

const MODEL_FILE = /\.(keras|h5|hdf5|onnx|json)$/i;

/** Reads the CSV files of a warm start; names of campaigns are left to the API. */
async function readWarmStart(folder: string, sources: unknown[]): Promise<Partial<LaunchRequest>> {
  const campaigns = sources.filter((source) => !isCsv(source)) as string[];
  const results = await Promise.all(sources.filter(isCsv).map((file) => readPriorResults(resolve(folder, file))));
  return {
    warmStart: campaigns.length > 0 || results.length === 0 ? campaigns : undefined,
    priorResults: results.length > 0 ? results.flat() : undefined,
  };
}

/** Imports a trained model's file as the two fields of a spec. */
async function readModel(path: string, preprocessing: unknown): Promise<{ network: object; weights: string }> {
  const { network, weights } = await importModel(path, 'train');
  const model = { network, weights, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
  const hash = await new FolderArtifactStore(artifactsFolder()).put(encodeCheckpoint(model));
  const input = { ...network.input, ...(preprocessing !== undefined && { preprocessing }) };
  return { network: { ...network, input }, weights: hash };
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
