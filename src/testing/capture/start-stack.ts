/** Deep enough to get through an instrumentation and a framework to the application. */
const FRAMES = 50;

/** Frames of tracing and of Node itself: nobody looks for a forgotten span there. */
const NOT_THE_APPLICATION =
  /[\\/]node_modules[\\/]|\bnode:|[\\/](?:src|dist[\\/]\w+)[\\/]testing[\\/]capture[\\/]|[\\/](?:src|dist[\\/]\w+)[\\/]otel[\\/]/;

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
  const frame = frames.find((line) => !NOT_THE_APPLICATION.test(line)) ?? frames[0];
  return frame && /\(?(?:file:\/\/)?([^\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1];
}
