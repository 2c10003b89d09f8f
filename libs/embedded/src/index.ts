export { cacheFolder, homeFolder } from './home.js';
export { databaseUrl } from './postgres.js';
export { isAlive } from './process-identity.js';
export { StackError } from './stack-error.js';
export { down, runningStack, up } from './stack.js';
export { DEFAULT_PORT_BASE, portsFrom } from './stack-state.js';
export type { StackPorts, StackState } from './stack-state.js';
export { accepts, temporalBinary } from './temporal.js';
