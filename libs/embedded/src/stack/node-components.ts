import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listGpus, type Gpu } from '@espalier/machine/gpus';
import type { ComponentSpec } from './component.js';
import { cacheFolder } from './home.js';
import { databaseUrl } from '../postgres/postgres.js';
import type { StackPorts } from './stack-state.js';

const APPS = fileURLToPath(new URL('../../../../apps', import.meta.url));

export interface NodeComponentOptions {
  /** Number of workers; one for each GPU, or one for the processor, when absent. */
  readonly workers?: number;
  /** The GPUs; those of this machine when absent. */
  readonly gpus?: readonly Gpu[];
  /** Environment variables of a process that differ from the stack's. */
  readonly envOf?: (name: ComponentSpec['name']) => Readonly<Record<string, string>>;
}

/** Espalier's own processes: API, orchestrator and workers. */
export function nodeComponents(
  home: string,
  ports: StackPorts,
  { gpus = listGpus(), workers = Math.max(1, gpus.length), envOf = () => ({}) }: NodeComponentOptions = {},
): ComponentSpec[] {
  const env = {
    ESPALIER_HOME: home,
    DATABASE_URL: databaseUrl(ports.postgres),
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    ESPALIER_API_URL: `http://127.0.0.1:${ports.api}`,
    ESPALIER_API_PORT: String(ports.api),
    ESPALIER_ARTIFACTS: join(home, 'artifacts'),
    ESPALIER_CACHE: cacheFolder(),
    NODE_ENV: 'production',
  };
  const component = (
    name: ComponentSpec['name'],
    app: string,
    isReady: () => Promise<boolean>,
    own = {},
  ): ComponentSpec => ({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(APPS, app, 'dist', 'main.js')],
    env: { ...env, ...own, ...envOf(name) },
    stopSignal: 'SIGTERM',
    isReady,
  });
  // Orchestrator and workers have no port to probe. One that cannot start exits, and the supervisor
  // sees it.
  const started = (): Promise<boolean> => Promise.resolve(true);
  return [
    component('api', 'api', async () => {
      const response = await fetch(`http://127.0.0.1:${ports.api}/health/ready`).catch(() => undefined);
      return response?.ok ?? false;
    }),
    component('orchestrator', 'orchestrator', started),
    ...Array.from({ length: workers }, (_, i) =>
      component(i === 0 ? 'worker' : `worker-${i + 1}`, 'gpu-worker', started, onGpu(gpus[i % gpus.length])),
    ),
  ];
}

/** A worker uses one GPU and does not see the others. */
const onGpu = (gpu: Gpu | undefined): Readonly<Record<string, string>> =>
  gpu ? { CUDA_VISIBLE_DEVICES: gpu.uuid } : {};
