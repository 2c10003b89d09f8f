import { sizeOf, weightShapes, type Network, type NetworkWeights, type WeightTensor } from '@espalier/networks';
import { RandomStream } from '@espalier/random';

/** What weights other than kernels start with. */
const CONSTANT: Record<string, number> = { bias: 0, beta: 0, gamma: 1, mean: 0, variance: 1 };

/** Weights to start training from: kernels normal with variance 2 / fan-in (He et al. 2015). */
export function initialWeights(network: Network, seed: number): NetworkWeights {
  const weights = new Map<string, WeightTensor>();
  let stream = 0;
  for (const [name, shape] of weightShapes(network)) {
    const size = sizeOf(shape);
    const data = new Float32Array(size);
    if (name.endsWith('/kernel')) {
      const random = new RandomStream(seed, stream++);
      const deviation = Math.sqrt(2 / (size / shape[shape.length - 1]));
      for (let i = 0; i < size; i++) data[i] = deviation * random.normal();
    } else {
      data.fill(CONSTANT[name.slice(name.lastIndexOf('/') + 1)]);
    }
    weights.set(name, { shape, data });
  }
  return weights;
}
