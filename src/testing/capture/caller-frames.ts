/** The stack of who called the method that waits: a timer's own leads nowhere. */
export function callerFrames({ stack = '' }: Error): string[] {
  const [_headline, _wait, _waitForSomething, ...frames] = stack.split('\n');
  return frames;
}
