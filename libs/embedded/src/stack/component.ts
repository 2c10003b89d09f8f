/** One process of the embedded stack. */
export interface ComponentSpec {
  readonly name: 'postgres' | 'temporal' | 'api' | 'orchestrator' | 'worker' | `worker-${number}`;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Asks it to stop in an orderly way. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether it does its work; asked again until it says so. */
  readonly isReady: () => Promise<boolean>;
}
