import { weightShapes, type Network, type NetworkWeights, type WeightTensor } from '@espalier/networks';
import { RandomStream } from '@espalier/random';

/** Weights to start training from: kernels normal with variance 2 / fan-in (He et al. 2015), biases 0. */
export function initialWeights(network: Network, seed: number): NetworkWeights {
  const weights = new Map<string, WeightTensor>();
  let stream = 0;
  for (const [name, shape] of weightShapes(network)) {
    const size = shape.reduce((product, each) => product * each, 1);
    const data = new Float32Array(size);
    if (name.endsWith('/kernel')) {
      const random = new RandomStream(seed, stream++);
      const deviation = Math.sqrt(2 / (size / shape[shape.length - 1]));
      for (let i = 0; i < size; i++) data[i] = deviation * random.normal();
    }
    weights.set(name, { shape, data });
  }
  return weights;
}
