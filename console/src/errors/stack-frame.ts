import { ownText } from '../model/text.js';

const MAX_FRAME = 300;
const FRAME = /^\s+at (.+)$/gm;
const FOREIGN = /(?:^|[\\/])node_modules[\\/]|\bnode:|\(?internal[\\/]|<anonymous>\)?$|^native\b|\(native\)/;

/** The first frame of a stack trace in the application's own code, not in a dependency or in Node. */
export function applicationFrame(stack: string): string | undefined {
  for (const [, frame] of stack.matchAll(FRAME)) {
    if (!FOREIGN.test(frame!)) return ownText(frame!.trim().slice(0, MAX_FRAME));
  }
  return undefined;
}
