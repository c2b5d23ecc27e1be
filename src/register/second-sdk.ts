import { trace, type TraceAPI } from '@opentelemetry/api';
import { loadPeer } from './peers.js';

/**
 * Calls `onSecond` once if the program registers another tracer provider. The API ignores it and reports that only to
 * its own logger.
 *
 * Wraps `setGlobalTracerProvider()` of the API loaded here and of its CommonJS copy, which is a separate object since
 * 1.10. The results are passed through.
 */
export function onSecondTracerProvider(onSecond: () => void): void {
  const commonJs = loadPeer('@opentelemetry/api')?.exports as { trace: TraceAPI } | undefined;
  let called = false;
  for (const copy of new Set([trace, commonJs?.trace ?? trace])) {
    const register = copy.setGlobalTracerProvider.bind(copy);
    copy.setGlobalTracerProvider = (provider) => {
      const registered = register(provider);
      if (!registered && !called) {
        called = true;
        onSecond();
      }
      return registered;
    };
  }
}
