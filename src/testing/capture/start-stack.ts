/** Deep enough to get through an instrumentation and a framework to the application. */
const FRAMES = 50;

/** The calls of the API that a span is started by. What is above them is the SDK, and this. */
const STARTS_SPAN = /\b\w*Tracer\.start(?:Active)?Span\b/;
/** Packages and Node itself: nobody looks for a forgotten span there. */
const NOT_THE_APPLICATION = /[\\/]node_modules[\\/]|\bnode:/;

/** The calls that led here. Its text is made only if somebody reads it. */
export function captureStack(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const stack = new Error('started here');
  Error.stackTraceLimit = limit;
  return stack;
}

/** The place in the application that a stack leads to, as `file:line:column`. */
export function firstForeignFrame({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').filter((line) => line.trimStart().startsWith('at '));
  const callers = frames.slice(callerIndex(frames));
  const frame = callers.find((line) => !NOT_THE_APPLICATION.test(line)) ?? callers[0];
  return frame && /\(?(?:file:\/\/)?([^\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1];
}

/** Where the first calls that start a span were made. Further down there may be others, of the spans around. */
function callerIndex(frames: readonly string[]): number {
  let index = frames.findIndex((line) => STARTS_SPAN.test(line));
  while (index >= 0 && index < frames.length && STARTS_SPAN.test(frames[index] as string)) index++;
  return Math.max(index, 0);
}
