import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { CampaignSpecSchema, fieldErrors, type CampaignSpec } from '@espalier/contracts';
import { isFolder } from '@espalier/datasets';
import { importModel, NetworkError } from '@espalier/networks';
import { encodeCheckpoint } from '@espalier/training';
import { LineCounter, parseDocument } from 'yaml';
import { artifactsFolder } from './artifacts-folder.js';
import { CommandError } from './exit-codes.js';
import { fieldLines } from './field-lines.js';

/**
 * Reads a campaign's file and checks it. What it names by a file, an accelerator or a trained model, is read too, since
 * the API cannot; a model's weights go to the artifact store.
 *
 * @throws CommandError naming line and column of a syntax error, or each field that is wrong
 */
export async function readSpec(path: string): Promise<CampaignSpec> {
  let content = await readYaml(path);
  const spec = content as { accelerator?: unknown; network?: unknown; preprocessing?: unknown; data?: unknown } | null;
  if (typeof spec?.accelerator === 'string' && /\.(ya?ml|json)$|\//.test(spec.accelerator)) {
    spec.accelerator = await readYaml(resolve(dirname(path), spec.accelerator));
  }
  if (typeof spec?.data === 'string' && isFolder(spec.data)) spec.data = resolve(dirname(path), spec.data);
  if (typeof spec?.network === 'string' && MODEL_FILE.test(spec.network)) {
    const { preprocessing, ...rest } = spec;
    content = { ...rest, ...(await readModel(resolve(dirname(path), spec.network), preprocessing)) };
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

const MODEL_FILE = /\.(keras|h5|hdf5|onnx|json)$/i;

/** A trained model's file as the two fields of a spec that describe it. */
async function readModel(path: string, preprocessing: unknown): Promise<{ network: object; weights: string }> {
  try {
    const { network, weights } = await importModel(path);
    const model = { network, weights, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
    const hash = await new FolderArtifactStore(artifactsFolder()).put(encodeCheckpoint(model));
    const input = { ...network.input, ...(preprocessing !== undefined && { preprocessing }) };
    return { network: { ...network, input }, weights: hash };
  } catch (error) {
    if (error instanceof NetworkError) throw new CommandError('invalid', error.message);
    throw error;
  }
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
