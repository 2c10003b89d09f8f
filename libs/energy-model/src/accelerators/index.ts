import type { Accelerator } from '../accelerator.js';
import { eyeriss } from './eyeriss.js';

/** The chips that come with the model. */
export const ACCELERATORS: readonly Accelerator[] = [eyeriss];
