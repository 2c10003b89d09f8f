// Import it before TensorFlow.js: its native backend calls functions that Node 23 removed from
// util.
import { createRequire } from 'node:module';

type Util = Partial<Record<'isArray' | 'isNullOrUndefined', (value: unknown) => boolean>>;

const util = createRequire(import.meta.url)('node:util') as Util;
// Node 22 still has them, and warns of each.
Object.assign(util, {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
} satisfies Util);
