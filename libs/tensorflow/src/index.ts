export { Graph } from './graph.js';
export type { Variable } from './graph.js';
export { sessionConfig } from './session-config.js';
export { TensorFlowNotBuiltError, tensorflowVersion } from './native-addon.js';
export type { Attribute, DataType, Feeds, TensorValue } from './tensor-value.js';
