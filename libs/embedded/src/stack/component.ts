/** One process of the embedded stack. */
export interface ComponentSpec {
  readonly name: 'postgres' | 'temporal' | 'api' | 'orchestrator' | 'worker' | `worker-${number}`;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The signal that stops it in an orderly way. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether it is ready; called again until it is. */
  readonly isReady: () => Promise<boolean>;
}
