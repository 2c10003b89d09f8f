import { AcceleratorSchema } from '@espalier/contracts';
import { NetworkPricer, type Accelerator, type LayerShape } from '@espalier/energy-model';
import { square } from '@espalier/energy-model/testing';
import { describe, expect, it } from '@jest/globals';
import { readYaml } from './input/read-spec.js';

/**
 * What two mapping explorers say of AlexNet on chips that are written in our YAML (figures of our
 * own runs).
 */
const described = async (name: string): Promise<Accelerator> =>
  AcceleratorSchema.parse(await readYaml(`examples/accelerators/${name}.yaml`));

const fullyConnected = [
  square('fc1', 1, 9216, 4096, 1, 1, 1),
  square('fc2', 1, 4096, 4096, 1, 1, 1),
  square('fc3', 1, 4096, 1000, 1, 1, 1),
];

describe("nn_dataflow's exhaustive search (AlexNet, batch 16, one of two groups)", () => {
  const layers: [LayerShape, number][] = [
    [square('conv1', 1, 3, 48, 227, 11, 55, 4), 5_578_247_424],
    [square('conv2', 1, 48, 128, 31, 5, 27), 10_233_790_464],
    [square('conv3', 1, 256, 192, 15, 3, 13), 7_142_830_080],
    [square('conv4', 1, 192, 192, 15, 3, 13), 5_384_638_464],
    [square('conv5', 1, 192, 128, 15, 3, 13), 3_589_758_976],
    [fullyConnected[0], 11_504_058_368],
    [fullyConnected[1], 4_939_579_392],
    [fullyConnected[2], 1_213_285_632],
  ];

  it.each(layers.map(([shape, cost]) => [shape.name, shape, cost] as const))(
    '%s costs at most 1 %% more here, under its assumption that register files stream rows',
    async (_name, shape, cost) => {
      const { total } = new NetworkPricer([shape], 16, await described('nn-dataflow-eyeriss')).dense();
      expect(total / cost).toBeLessThan(1.01);
    },
  );
});

/** ZigZag's AlexNet has no padding in its first layers. */
const zigzagAlexnet = [
  square('conv1', 1, 3, 96, 224, 11, 54, 4),
  square('conv2', 2, 48, 128, 30, 5, 26),
  square('conv3', 1, 256, 384, 14, 3, 12),
  square('conv4', 2, 192, 192, 14, 3, 12),
  square('conv5', 2, 192, 128, 14, 3, 12),
  ...fullyConnected,
];

describe('ZigZag 3.9.1 (AlexNet, batch 1)', () => {
  it.each([
    ['zigzag-eyeriss-like', 12_370_796_270],
    ['zigzag-tpu-like', 5_590_014_241],
    ['zigzag-edge-tpu-like', 5_655_827_357],
  ])('%s takes an energy within 5 %% of its own, or less', async (name, energy) => {
    const { total } = new NetworkPricer(zigzagAlexnet, 1, await described(name)).dense();
    expect(total / energy).toBeLessThan(1.05);
  });
});
