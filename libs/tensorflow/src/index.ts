export { Graph } from './graph.js';
export type { Attribute, DataType, Feeds, TensorValue, Variable } from './graph.js';
export { sessionConfig } from './session-config.js';
export { TensorFlowNotBuiltError, tensorflowVersion } from './native-addon.js';
