import { fieldErrors } from '@espalier/contracts';
import { z } from 'zod';
import { decodeBfloat16, decodeFloat16 } from '../../formats/half-floats.js';
import { NetworkError } from '../../graph/network.js';
import { sizeOf, type WeightTensor } from '../../graph/weights.js';
import type { ImportedModel, ImportPurpose } from '../imported-model.js';
import { labelOf } from '../keras/calls.js';
import { importKeras, type WeightsOf } from '../keras/model.js';
import { WeightNames } from '../keras/weight-names.js';

const WeightSchema = z.object({
  name: z.string().max(1000),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'float16', 'bfloat16', 'int32', 'bool', 'uint8']),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      min: z.number().optional(),
      scale: z.number().optional(),
    })
    .optional(),
});
type ManifestWeight = z.infer<typeof WeightSchema>;
const ManifestSchema = z.object({
  modelTopology: z.looseObject({ model_config: z.unknown().optional() }),
  weightsManifest: z
    .array(z.object({ paths: z.array(z.string().max(1000)).min(1), weights: z.array(WeightSchema) }))
    .optional(),
});

/**
 * A model in the layers format of tfjs, with its weights; those that were stored in 8 or 16 bits
 * become what tfjs makes of them. To price it, files of weights may be missing.
 *
 * @param content of model.json, parsed
 * @param readShard gives the bytes of a file that the manifest names
 * @throws NetworkError naming the field, layer or weight that is not as it should be
 */
export async function importTfjsLayers(
  content: unknown,
  name: string,
  readShard: (path: string) => Promise<Uint8Array>,
  purpose: ImportPurpose = 'run',
): Promise<ImportedModel> {
  const parsed = ManifestSchema.safeParse(content);
  if (!parsed.success) {
    const [{ field, message }] = fieldErrors(parsed.error.issues, content);
    throw new NetworkError(`${name} is not a model in the layers format of tfjs: ${field}: ${message}`);
  }
  const { modelTopology, weightsManifest = [] } = parsed.data;
  if ('node' in modelTopology) {
    throw new NetworkError(`${name} is a graph model of tfjs; convert it to the layers format, or save it with Keras`);
  }
  const tensors = new Map<string, WeightTensor>();
  for (const { paths, weights } of weightsManifest) {
    const shards = await Promise.all(paths.map(readShard)).catch((error: unknown) => {
      if (purpose === 'price' && error instanceof NetworkError) return undefined;
      throw error;
    });
    if (shards) readGroup(name, Buffer.concat(shards), weights, tensors);
  }
  const names = new WeightNames([...tensors.keys()]);
  const weightsOf: WeightsOf = (path, wanted) =>
    wanted.map(({ keras }) => {
      const layers = path.map((each) => each.name);
      const found = names.find(layers, keras, `${name}, layer ${labelOf(path)}`);
      return found === undefined ? undefined : tensors.get(found);
    });
  return importKeras(modelTopology.model_config ?? modelTopology, name, weightsOf, purpose);
}

/** Cuts the bytes of a manifest's group into its weights. */
function readGroup(
  name: string,
  bytes: Buffer,
  weights: readonly ManifestWeight[],
  tensors: Map<string, WeightTensor>,
): void {
  let at = 0;
  for (const weight of weights) {
    const count = sizeOf(weight.shape);
    const end = at + count * BYTES[weight.quantization?.dtype ?? weight.dtype];
    if (end > bytes.length) {
      throw new NetworkError(`${name}: the file of its weights ends before ${weight.name}; it is cut off`);
    }
    if (FLOATS.has(weight.dtype)) {
      tensors.set(weight.name, { shape: weight.shape, data: decode(bytes.subarray(at, end), count, weight) });
    }
    at = end;
  }
  if (at !== bytes.length) {
    throw new NetworkError(`${name}: the file of its weights has ${bytes.length} bytes, its manifest tells of ${at}`);
  }
}

const BYTES = { uint8: 1, bool: 1, uint16: 2, float16: 2, bfloat16: 2, int32: 4, float32: 4 } as const;
const FLOATS: ReadonlySet<string> = new Set(['float32', 'float16', 'bfloat16']);

function decode(bytes: Buffer, count: number, { dtype, quantization }: ManifestWeight): Float32Array {
  const stored = quantization?.dtype ?? dtype;
  if (stored === 'float16') return decodeFloat16(bytes);
  if (stored === 'bfloat16') return decodeBfloat16(bytes);
  if (!quantization) return Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(4 * i));
  const { min = 0, scale = 1 } = quantization;
  return Float32Array.from(
    { length: count },
    (_, i) => (stored === 'uint8' ? bytes[i] : bytes.readUInt16LE(2 * i)) * scale + min,
  );
}
