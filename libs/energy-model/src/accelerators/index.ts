import type { Accelerator } from '../accelerator.js';
import { diannao } from './diannao.js';
import { edgeTpu } from './edge-tpu.js';
import { eyerissChip } from './eyeriss-chip.js';
import { eyerissV2 } from './eyeriss-v2.js';
import { eyeriss } from './eyeriss.js';
import { mobileCpu } from './mobile-cpu.js';
import { scnn } from './scnn.js';
import { tpu } from './tpu.js';

/** The chips that come with the model. */
export const ACCELERATORS: readonly Accelerator[] = [
  eyeriss,
  eyerissChip,
  eyerissV2,
  tpu,
  edgeTpu,
  diannao,
  scnn,
  mobileCpu,
];
