import { listGpus } from '@espalier/machine/gpus';
import { describe, expect, it } from '@jest/globals';
import { findDevice } from './device.js';

const DRIVER = `0, GPU-5a1b0000-0000, NVIDIA H100 80GB HBM3, 81559
1, GPU-77c20000-0000, NVIDIA GeForce RTX 3060, 12288
`;
const gpus = (environment: Record<string, string>) => listGpus(environment, () => DRIVER);
const large = { cores: 16, memoryMebibytes: 128 * 1024 };
const names = (environment: Record<string, string>) => gpus(environment).map(({ name }) => name);

describe('the GPUs of a machine', () => {
  it('are those of its driver', () => {
    expect(gpus({})).toEqual([
      { index: '0', uuid: 'GPU-5a1b0000-0000', name: 'NVIDIA H100 80GB HBM3', memoryMebibytes: 81_559 },
      { index: '1', uuid: 'GPU-77c20000-0000', name: 'NVIDIA GeForce RTX 3060', memoryMebibytes: 12_288 },
    ]);
  });

  it('are none where there is no driver', () => {
    expect(listGpus({}, () => '')).toEqual([]);
    expect(listGpus({}, () => 'No devices were found\n')).toEqual([]);
  });

  it('are those alone that CUDA_VISIBLE_DEVICES names, in its order, up to one that it misspells', () => {
    expect(names({ CUDA_VISIBLE_DEVICES: '1' })).toEqual(['NVIDIA GeForce RTX 3060']);
    expect(names({ CUDA_VISIBLE_DEVICES: 'GPU-77c2, 0' })).toEqual([
      'NVIDIA GeForce RTX 3060',
      'NVIDIA H100 80GB HBM3',
    ]);
    expect(names({ CUDA_VISIBLE_DEVICES: '0,7,1' })).toEqual(['NVIDIA H100 80GB HBM3']);
    expect(names({ CUDA_VISIBLE_DEVICES: '' })).toEqual([]);
  });

  it('are left alone with ESPALIER_TENSORFLOW=cpu', () => {
    expect(gpus({ ESPALIER_TENSORFLOW: 'cpu' })).toEqual([]);
  });
});

describe('what a worker trains on', () => {
  it('is its first GPU, with a job for each 6 GiB but no more than cores and eight', () => {
    expect(findDevice(undefined, large, gpus({}))).toEqual({
      deviceClass: 'gpu',
      name: 'NVIDIA H100 80GB HBM3',
      slots: 8,
    });
    expect(findDevice('gpu', { ...large, cores: 4 }, gpus({})).slots).toBe(4);
    expect(findDevice(undefined, large, gpus({ CUDA_VISIBLE_DEVICES: '1' })).slots).toBe(2);
  });

  it('is the processor where there is no GPU, or it is told so', () => {
    expect(findDevice(undefined, { ...large, cores: 2 }, [])).toMatchObject({ deviceClass: 'cpu', slots: 2 });
    expect(findDevice('cpu', large, gpus({}))).toMatchObject({ deviceClass: 'cpu', slots: 8 });
  });

  it('has no more jobs at once than memory for them, and never none', () => {
    expect(findDevice('cpu', { cores: 16, memoryMebibytes: 6_500 }, []).slots).toBe(3);
    expect(findDevice('cpu', { cores: 16, memoryMebibytes: 900 }, []).slots).toBe(1);
    expect(findDevice('gpu', large, [{ ...gpus({})[0], memoryMebibytes: 4_096 }]).slots).toBe(1);
  });

  it('stays a GPU that it was told to use and is not there: its self-test says so', () => {
    expect(findDevice('gpu', large, [])).toEqual({ deviceClass: 'gpu', name: 'no GPU', slots: 1 });
  });
});
