import { homeFolder, portsFrom, DEFAULT_PORT_BASE, runningStack, up, type StackState } from '@espalier/embedded';
import { ApiClient } from './api-client.js';
import { note } from '../output/print.js';

/** A client of the API that ESPALIER_API_URL names, or else of the embedded stack. */
export function api(): ApiClient {
  const named = process.env.ESPALIER_API_URL;
  if (named) return new ApiClient(named);
  const ports =
    runningStack(homeFolder())?.ports ?? portsFrom(Number(process.env.ESPALIER_PORT_BASE ?? DEFAULT_PORT_BASE));
  return new ApiClient(`http://127.0.0.1:${ports.api}`);
}

/** Starts the embedded stack unless it runs, and prints the steps. */
export function startStack(portBase?: number): Promise<StackState> {
  return up(homeFolder(), portBase, (message) => {
    if (message !== 'ready') note(`… ${message}`);
  });
}

/** Whether commands use the embedded stack. */
export const usesEmbeddedStack = (): boolean => !process.env.ESPALIER_API_URL;
