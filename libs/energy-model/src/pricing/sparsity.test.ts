import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  ACCELERATORS,
  codedSize,
  densityByChannel,
  DENSE,
  eyeriss,
  eyerissChip,
  FlatPricer,
  FlatTimer,
  mapLayer,
  measureMasks,
  NetworkPricer,
  priceLayer,
  type Accelerator,
  type LayerShape,
} from '../index.js';
import { ALEXNET, square } from '../testing/layers.js';

describe("Sparseloop's example (AlexNet conv3, batch 4, inputs 27.5 % dense)", () => {
  // Sparseloop's loops: inputs come six times, outputs once.
  const shape = square('conv3', 1, 256, 384, 15, 3, 13);
  const chip: Accelerator = {
    ...eyerissChip,
    sparsity: {
      zeros: { weights: 'none', inputs: 'skipping' },
      compression: [
        { tensor: 'inputs', level: 'dram', format: 'bitmask' },
        { tensor: 'outputs', level: 'dram', format: 'bitmask' },
      ],
    },
  };
  const layer = mapLayer(shape, 4, chip, {
    temporal: {
      dram: [
        { dimension: 'outputChannels', count: 6 },
        { dimension: 'inputChannels', count: 64 },
      ],
      globalBuffer: [
        { dimension: 'images', count: 4 },
        { dimension: 'outputWidth', count: 13 },
      ],
      spads: [
        { dimension: 'inputChannels', count: 4 },
        { dimension: 'outputChannels', count: 16 },
        { dimension: 'kernelWidth', count: 3 },
      ],
    },
    spatial: [
      { axis: 'rows', dimension: 'outputChannels', count: 4 },
      { axis: 'rows', dimension: 'kernelHeight', count: 3 },
      { axis: 'columns', dimension: 'outputHeight', count: 13 },
    ],
  });
  const DENSITY_OF_OUTPUTS = 104_613 / 259_584;

  it('leaves 164,472,423 of 598,081,536 MACs', () => {
    const { macs, macsDone } = priceLayer(layer, { ...DENSE, inputs: 0.275 }, chip);
    expect(macs).toBe(598_081_536);
    expect(Math.ceil(macsDone)).toBe(164_472_423);
  });

  it('reads 380,160 of 1,382,400 words of inputs and writes 104,613 of 259,584 of outputs', () => {
    const [dram] = layer.traffic.levels;
    expect(dram.inputs.read).toBe(1_382_400);
    expect(dram.partialSums.finished).toBe(259_584);
    expect(dram.partialSums.written).toBe(259_584);
    const { levels } = priceLayer(layer, { weights: 1, inputs: 0.275, outputs: DENSITY_OF_OUTPUTS }, chip);
    expect(levels.dram.inputs / 200).toBeCloseTo(380_160, 6);
    expect(levels.dram.partialSums / 200).toBeCloseTo(104_613, 6);
  });
});

describe('real masks', () => {
  const cases = fc
    .record({
      groups: fc.integer({ min: 1, max: 2 }),
      inputChannels: fc.integer({ min: 1, max: 3 }),
      outputChannels: fc.integer({ min: 1, max: 3 }),
      kernelHeight: fc.integer({ min: 1, max: 3 }),
      kernelWidth: fc.integer({ min: 1, max: 2 }),
      outputHeight: fc.integer({ min: 1, max: 4 }),
      outputWidth: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 2 }),
      batch: fc.integer({ min: 1, max: 2 }),
      bits: fc.infiniteStream(fc.integer({ min: 0, max: 1 })),
    })
    .map(({ batch, bits, ...sizes }) => {
      const shape: LayerShape = {
        name: 'layer',
        ...sizes,
        inputHeight: (sizes.outputHeight - 1) * sizes.stride + sizes.kernelHeight,
        inputWidth: (sizes.outputWidth - 1) * sizes.stride + sizes.kernelWidth,
      };
      const mask = (...extents: number[]): Uint8Array =>
        Uint8Array.from({ length: extents.reduce((a, b) => a * b, 1) }, () => Number(bits.next().value));
      const { groups: g, inputChannels: c, outputChannels: m } = shape;
      return {
        shape,
        batch,
        masks: {
          weights: mask(g, m, c, shape.kernelHeight, shape.kernelWidth),
          inputs: mask(batch, g, c, shape.inputHeight, shape.inputWidth),
          outputs: mask(batch, g, m, shape.outputHeight, shape.outputWidth),
        },
      };
    });

  it('leave the MACs that a loop over all of them finds with two operands', () => {
    fc.assert(
      fc.property(cases, ({ shape, batch, masks }) => {
        const [G, C, M, R, S] = [
          shape.groups,
          shape.inputChannels,
          shape.outputChannels,
          shape.kernelHeight,
          shape.kernelWidth,
        ];
        let done = 0;
        let all = 0;
        for (let n = 0; n < batch; n++)
          for (let g = 0; g < G; g++)
            for (let m = 0; m < M; m++)
              for (let e = 0; e < shape.outputHeight; e++)
                for (let f = 0; f < shape.outputWidth; f++)
                  for (let c = 0; c < C; c++)
                    for (let r = 0; r < R; r++)
                      for (let s = 0; s < S; s++) {
                        const [h, w] = [e * shape.stride + r, f * shape.stride + s];
                        const weight = masks.weights[(((g * M + m) * C + c) * R + r) * S + s];
                        const input =
                          masks.inputs[(((n * G + g) * C + c) * shape.inputHeight + h) * shape.inputWidth + w];
                        all++;
                        done += weight * input;
                      }
        const density = measureMasks(shape, batch, masks, 5);
        expect(density.measured?.activity).toBeCloseTo(done / all, 12);
        const pricer = new NetworkPricer([shape], batch, eyeriss);
        expect(pricer.price([density]).layers[0].macsDone).toBeCloseTo(done, 6);
      }),
      { numRuns: 1000 },
    );
  });

  it('of ones price a layer as dense', () => {
    const shape = square('layer', 1, 3, 4, 6, 3, 4);
    const ones = (length: number): Uint8Array => new Uint8Array(length).fill(1);
    const density = measureMasks(shape, 2, { weights: ones(108), inputs: ones(216), outputs: ones(128) }, 5);
    const pricer = new NetworkPricer([shape], 2, eyeriss);
    expect(pricer.price([density]).total).toBeCloseTo(pricer.dense().total, 6);
  });

  it('are as long in run-length codes as a coder makes them, and near what is expected of random zeros', () => {
    const length = 100_000;
    let state = 7;
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const mask = Uint8Array.from({ length }, () => (random() < 0.1 ? 1 : 0));
    const values = [...mask];
    let codes = 0;
    while (values.length > 0) {
      const zeros = values.findIndex((value) => value === 1);
      values.splice(0, Math.min(zeros < 0 ? 31 : zeros, 31) + 1);
      codes++;
    }
    const shape: LayerShape = { ...square('layer', 1, length, 1, 1, 1, 1) };
    const { measured } = measureMasks(shape, 1, { weights: mask, inputs: mask, outputs: new Uint8Array(1) }, 5);
    expect(measured?.codesPerValue?.weights).toBe(codes / length);
    expect((measured?.codesPerValue?.weights ?? 0) / codedSize('run-length', 0.1, 16, 5).data).toBeCloseTo(1, 1);
  }, 30_000);

  it('of another size than the tensor are refused', () => {
    const shape = square('layer', 1, 3, 4, 6, 3, 4);
    const masks = { weights: new Uint8Array(107), inputs: new Uint8Array(108), outputs: new Uint8Array(64) };
    expect(() => measureMasks(shape, 1, masks, 5)).toThrow(
      'layer layer, mask of weights: 107 values, the layer has 108',
    );
  });
});

describe('densities by channel', () => {
  const shape = square('layer', 1, 2, 3, 6, 3, 4);
  const pricer = new NetworkPricer([shape], 1, eyeriss);

  it('leave the MACs of each channel that both of its operands leave', () => {
    const density = densityByChannel(shape, { weights: [0.5, 0], inputs: [0.2, 1], outputs: [1, 1, 1] });
    const { macs, macsDone } = pricer.price([density]).layers[0];
    expect(macsDone / macs).toBeCloseTo((0.5 * 0.2) / 2, 12);
  });

  it('price a layer whose channels are alike as its mean does', () => {
    const density = densityByChannel(shape, { weights: [0.5, 0.5], inputs: [0.2, 0.2], outputs: [0.3, 0.3, 0.3] });
    const mean = pricer.price([{ weights: 0.5, inputs: 0.2, outputs: 0.3 }]);
    expect(pricer.price([density]).total / mean.total).toBeCloseTo(1, 12);
  });

  it('are refused with the channel that is wrong', () => {
    const good = { weights: [1, 1], inputs: [1, 1], outputs: [1, 1, 1] };
    expect(() => densityByChannel(shape, { ...good, inputs: [1, 2] })).toThrow(
      'layer layer, density of inputs, channel 1: 2 is not in [0, 1]',
    );
    expect(() => densityByChannel(shape, { ...good, outputs: [1] })).toThrow('1 given for 3 channels');
  });
});

describe('totals from flat arrays', () => {
  it('equal the totals of full reports for random densities', () => {
    const pricer = new NetworkPricer(ALEXNET, 4, eyeriss);
    const flat = new FlatPricer(pricer);
    const density = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.001, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(density, { minLength: 24, maxLength: 24 }), (values) => {
        const full = pricer.price(
          ALEXNET.map((_, i) => ({ weights: values[3 * i], inputs: values[3 * i + 1], outputs: values[3 * i + 2] })),
        );
        const totals = new Float64Array(1);
        flat.totals(Float64Array.from(values), totals);
        expect(totals[0] / full.total).toBeCloseTo(1, 10);
      }),
    );
  });

  it.each(ACCELERATORS.map(({ name }) => name))('are the cycles of full reports on %s', (name) => {
    const accelerator = ACCELERATORS.find((each) => each.name === name) ?? eyeriss;
    const pricer = new NetworkPricer(ALEXNET.slice(0, 3), 1, accelerator);
    const timer = new FlatTimer(pricer);
    const ofDense = timer.cycles(new Float64Array(9).fill(1));
    const density = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(density, { minLength: 9, maxLength: 9 }), (values) => {
        const { layers } = pricer.price(
          pricer.shapes.map((_, i) => ({
            weights: values[3 * i],
            inputs: values[3 * i + 1],
            outputs: values[3 * i + 2],
          })),
        );
        const cycles = layers.reduce((sum, { latency }) => sum + (latency?.cycles ?? NaN), 0);
        expect((timer.cycles(Float64Array.from(values)) - cycles) / ofDense).toBeCloseTo(0, 10);
      }),
    );
  });

  it('are refused for a chip that leaks', () => {
    const leaky = { ...eyeriss, computation: { mac: 1, leakagePerCycle: 1 } };
    expect(() => new FlatPricer(new NetworkPricer([ALEXNET[7]], 1, leaky))).toThrow('cannot be priced by totals alone');
  });
});
