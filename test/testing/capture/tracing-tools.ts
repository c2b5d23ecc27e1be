import { ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { traceTesting, type TraceTesting, type TraceTestingOptions } from '../../../src/testing/index.js';
import { unregisterGlobals } from '../../sdk.js';

/** Takes away whatever provider another test left, and starts to read. */
export function startTracing(options?: TraceTestingOptions): TraceTesting {
  unregisterGlobals();
  return traceTesting(options);
}

/**
 * For a `describe()`: what starts to read beside whatever a test has registered itself. Around each of its tests no
 * provider is registered, and after it nobody reads any more.
 */
export function tracingStarter(): (options?: TraceTestingOptions) => TraceTesting {
  const started: TraceTesting[] = [];
  beforeEach(unregisterGlobals);
  afterEach(async () => {
    await Promise.all(started.splice(0).map((tracing) => tracing.shutdown()));
    unregisterGlobals();
  });
  return (options) => {
    const tracing = traceTesting(options);
    started.push(tracing);
    return tracing;
  };
}

export function startSpan(name: string): Span {
  return trace.getTracer('app').startSpan(name);
}

export function endedSpan(name: string): void {
  startSpan(name).end();
}

export function childOf(parent: Span, name: string): Span {
  return trace.getTracer('app').startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent));
}

export function names(spans: readonly { readonly name: string }[]): string[] {
  return spans.map(({ name }) => name);
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
