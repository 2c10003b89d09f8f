export { spansWithin, startTracing, type Tracing } from './tracing.js';
