import { ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { traceTesting, type TraceTesting, type TraceTestingOptions } from '../../../src/testing/index.js';
import { unregisterGlobals } from '../../sdk.js';

/** Removes any provider that another test left, and starts to read. */
export function startTracing(options?: TraceTestingOptions): TraceTesting {
  unregisterGlobals();
  return traceTesting(options);
}

/**
 * For a `describe()`: returns a function that starts to read beside any provider that a test has registered. Each test
 * begins and ends without a provider, and reading stops after it.
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

/** The error that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
