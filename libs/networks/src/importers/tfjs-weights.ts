import { z } from 'zod';
import { NetworkError } from '../network.js';
import { sizeOf, type WeightTensor } from '../weights.js';
import type { ImportedModel } from './imported-model.js';
import { importKeras, type WeightsOf } from './keras-model.js';

const ManifestSchema = z.object({
  modelTopology: z.looseObject({ model_config: z.unknown().optional() }),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string().max(1000)).min(1),
        weights: z.array(
          z.object({
            name: z.string().max(1000),
            shape: z.array(z.int().min(0)),
            dtype: z.enum(['float32', 'int32', 'bool']),
            quantization: z
              .object({
                dtype: z.enum(['uint8', 'uint16', 'float16']),
                min: z.number().optional(),
                scale: z.number().optional(),
              })
              .optional(),
          }),
        ),
      }),
    )
    .min(1),
});

/**
 * A model in the layers format of tfjs, with its weights; those that were stored in 8 or 16 bits become what tfjs makes of
 * them.
 *
 * @param content of model.json, parsed
 * @param readShard gives the bytes of a file that the manifest names
 * @throws NetworkError naming the field, layer or weight that is not as it should be
 */
export async function importTfjsLayers(
  content: unknown,
  name: string,
  readShard: (path: string) => Promise<Uint8Array>,
): Promise<ImportedModel> {
  const parsed = ManifestSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new NetworkError(
      `${name} is not a model in the layers format of tfjs: ${issue.path.join('.')}: ${issue.message}`,
    );
  }
  const { modelTopology, weightsManifest } = parsed.data;
  const tensors = new Map<string, WeightTensor>();
  for (const { paths, weights } of weightsManifest) {
    const bytes = Buffer.concat(await Promise.all(paths.map(readShard)));
    let at = 0;
    for (const entry of weights) {
      const count = sizeOf(entry.shape);
      const width = entry.quantization ? QUANTIZED_BYTES[entry.quantization.dtype] : entry.dtype === 'bool' ? 1 : 4;
      if (at + count * width > bytes.length) {
        throw new NetworkError(`${name}: the file of its weights ends before ${entry.name}; it is cut off`);
      }
      if (entry.dtype === 'float32') {
        const part = bytes.subarray(at, at + count * width);
        tensors.set(entry.name, { shape: entry.shape, data: decode(part, count, entry.quantization) });
      }
      at += count * width;
    }
    if (at !== bytes.length) {
      throw new NetworkError(`${name}: the file of its weights has ${bytes.length} bytes, its manifest tells of ${at}`);
    }
  }
  const weightsOf: WeightsOf = (layer, wanted) =>
    wanted.map(({ keras }) => {
      const names = keras.flatMap((each) => [`${layer.name}/${each}`, `${layer.name}/${each}:0`]);
      const found = [...tensors].find(([key]) => names.some((each) => key === each || key.endsWith(`/${each}`)));
      if (!found) throw new NetworkError(`${name}, layer ${layer.name}: there is no weight ${names[0]}`);
      return found[1];
    });
  return importKeras(modelTopology.model_config ?? modelTopology, name, weightsOf);
}

const QUANTIZED_BYTES = { uint8: 1, uint16: 2, float16: 2 } as const;

function decode(
  bytes: Buffer,
  count: number,
  quantization: { dtype: 'uint8' | 'uint16' | 'float16'; min?: number; scale?: number } | undefined,
): Float32Array {
  const data = new Float32Array(count);
  if (!quantization) {
    for (let i = 0; i < count; i++) data[i] = bytes.readFloatLE(4 * i);
    return data;
  }
  const { dtype, min = 0, scale = 1 } = quantization;
  for (let i = 0; i < count; i++) {
    if (dtype === 'float16') data[i] = float16(bytes.readUInt16LE(2 * i));
    else data[i] = (dtype === 'uint8' ? bytes[i] : bytes.readUInt16LE(2 * i)) * scale + min;
  }
  return data;
}

/** IEEE 754's binary16. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
