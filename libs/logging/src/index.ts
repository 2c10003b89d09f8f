export { logTemporalTo } from './temporal-logging.js';
