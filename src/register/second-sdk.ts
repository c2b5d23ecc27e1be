import { trace } from '@opentelemetry/api';

/**
 * Tells once if the program registers a tracer provider while there is one: the API then keeps the first and says so
 * only to its logger. Sees what is registered with this copy of the API, and leaves its answer as it is.
 */
export function onSecondTracerProvider(tell: () => void): void {
  const register = trace.setGlobalTracerProvider.bind(trace);
  let told = false;
  trace.setGlobalTracerProvider = (provider) => {
    const registered = register(provider);
    if (!registered && !told) {
      told = true;
      tell();
    }
    return registered;
  };
}
