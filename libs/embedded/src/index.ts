export { cacheFolder, homeFolder } from './stack/home.js';
export { databaseUrl } from './postgres/postgres.js';
export { isAlive } from './stack/process-identity.js';
export { StackError } from './stack/stack-error.js';
export { down, runningStack, up } from './stack/stack.js';
export { DEFAULT_PORT_BASE, portsFrom } from './stack/stack-state.js';
export type { StackPorts, StackState } from './stack/stack-state.js';
export { accepts, temporalBinary } from './temporal.js';
