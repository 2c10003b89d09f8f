import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Attribute, Feeds, TensorValue } from './tensor-value.js';

/** What native/graph_session.cc exports; see there for each call's meaning. */
export interface NativeGraphSession {
  addOperation(
    type: string,
    name: string,
    inputs: readonly (string | readonly string[])[],
    attributes: Record<string, Attribute>,
    after: readonly string[],
  ): string;
  addGradients(ofSum: readonly string[], withRespectTo: readonly string[]): string[];
  run(feeds: Feeds, fetches: readonly string[], targets: readonly string[]): Promise<TensorValue[]>;
  devices(): Device[];
  close(): void;
}

/** What TensorFlow computes on: a processor, or a GPU that it can use. */
export interface Device {
  /** Such as "/job:localhost/replica:0/task:0/device:GPU:0". */
  readonly name: string;
  readonly type: string;
}

interface NativeAddon {
  GraphSession: new (config: Uint8Array) => NativeGraphSession;
  tensorflowVersion: string;
}

/** The addon is missing or does not load: final until `npm run setup` has been run. */
export class TensorFlowNotBuiltError extends Error {
  override name = 'TensorFlowNotBuiltError';
}

/** What native/quietly.cc exports. */
interface QuietlyAddon {
  quietly: <Result>(call: () => Result) => Result;
}

let loaded: NativeAddon | undefined;
const load = createRequire(import.meta.url);
const built = (name: string): string => fileURLToPath(new URL(`../build/${name}.node`, import.meta.url));

export function nativeAddon(): NativeAddon {
  if (loaded) return loaded;
  // TensorFlow turns its oneDNN kernels on by itself on some processors only; here they made
  // training up to twice as fast on others too (docs/decisions/0002). It looks at this once, when
  // the library is loaded.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // On a GPU TensorFlow adds in whatever order is quickest, unless told that the same training is
  // to give the same bits.
  process.env.TF_DETERMINISTIC_OPS ??= '1';
  const path = built('graph_session');
  try {
    // What the library says while it is loaded, it says whatever its log level.
    const isQuiet = Number(process.env.TF_CPP_MIN_LOG_LEVEL ?? 0) > 0;
    const run: QuietlyAddon['quietly'] = isQuiet ? (load(built('quietly')) as QuietlyAddon).quietly : (call) => call();
    loaded = run(() => load(path) as NativeAddon);
  } catch (cause) {
    throw new TensorFlowNotBuiltError(
      `TensorFlow's graph addon does not load (${path}). Build it with \`npm run setup\`.`,
      { cause },
    );
  }
  return loaded;
}

/** The version of the TensorFlow library that the addon runs on, such as "2.21.0". */
export function tensorflowVersion(): string {
  return nativeAddon().tensorflowVersion;
}
