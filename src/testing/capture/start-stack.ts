/** Frames captured: enough to reach the application behind an instrumentation and a framework. */
const FRAMES = 50;

/** Matches frames of the API calls that start a span. Frames above them belong to the SDK and to this package. */
const STARTS_SPAN = /\b\w*Tracer\.start(?:Active)?Span\b/;
/** Matches frames in installed packages and in Node. */
const NOT_THE_APPLICATION = /[\\/]node_modules[\\/]|\bnode:/;

/** Captures the current stack. V8 formats it only when it is read. */
export function captureStack(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const stack = new Error('started here');
  Error.stackTraceLimit = limit;
  return stack;
}

/** The innermost frame of the application in a stack, as `file:line:column`. */
export function firstForeignFrame({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const callers = frames.slice(callerIndex(frames));
  const frame = callers.find((line) => !NOT_THE_APPLICATION.test(line)) ?? callers[0];
  return frame && /\(?(?:file:\/\/)?([^\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1];
}

/** Index of the caller of the innermost call that starts a span. Further such calls started the enclosing spans. */
function callerIndex(frames: readonly string[]): number {
  let index = frames.findIndex((line) => STARTS_SPAN.test(line));
  while (index >= 0 && index < frames.length && STARTS_SPAN.test(frames[index] as string)) index++;
  return Math.max(index, 0);
}
