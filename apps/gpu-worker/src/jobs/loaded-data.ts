import type { TrainingTask } from '@espalier/contracts';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { resolveNetwork } from '@espalier/networks';

/** Data sets that a training process has read, each once. */
export class LoadedData {
  readonly #loading = new Map<string, Promise<DataSet>>();

  constructor(private readonly cache: string) {}

  of({ network, data, trainingImages }: TrainingTask): Promise<DataSet> {
    const { height, width, channels } = resolveNetwork(network).input;
    const key = JSON.stringify([data, trainingImages, height, width, channels]);
    let loading = this.#loading.get(key);
    if (!loading) {
      loading = loadDataSet(data, this.cache, trainingImages, { height, width, channels });
      // A failure is not kept: the next job tries again.
      loading.catch(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }
}
