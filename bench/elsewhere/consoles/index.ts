import { autotel } from './autotel.js';
import type { Console } from './console.js';
import { ours } from './ours.js';
import { spotlight } from './spotlight.js';

/** In the order of the columns. */
export const CONSOLES: readonly Console[] = [ours, autotel, spotlight];
