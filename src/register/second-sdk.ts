import { trace, type TraceAPI } from '@opentelemetry/api';
import { loadPeer } from './peers.js';

/**
 * Tells once if the program registers a tracer provider while there is one: the API then keeps the first and says so
 * only to its logger. Sees what is registered with the API that is loaded here, and with the CommonJS copy of it, which
 * is another one from 1.10 on. Leaves their answers as they are.
 */
export function onSecondTracerProvider(tell: () => void): void {
  const commonJs = loadPeer('@opentelemetry/api')?.exports as { trace: TraceAPI } | undefined;
  let told = false;
  for (const copy of new Set([trace, commonJs?.trace ?? trace])) {
    const register = copy.setGlobalTracerProvider.bind(copy);
    copy.setGlobalTracerProvider = (provider) => {
      const registered = register(provider);
      if (!registered && !told) {
        told = true;
        tell();
      }
      return registered;
    };
  }
}
