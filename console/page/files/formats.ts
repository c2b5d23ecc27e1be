import { chromeOf } from './save-chrome.js';
import { htmlOf } from './save-html.js';
import { jaegerOf } from './save-jaeger.js';
import { otlpOf } from './save-otlp.js';
import type { SavedTrace } from './saved-trace.js';

export interface Format {
  readonly name: string;
  readonly for: string;
  readonly ending: string;
  readonly type: string;
  /** Whether a file can hold only one trace. */
  readonly isOfOneTrace?: true;
  textOf(traces: readonly SavedTrace[]): string;
}

export const FORMATS: readonly Format[] = [
  {
    name: 'OTLP JSON',
    for: 'the OpenTelemetry Collector and every backend: all that this page shows',
    ending: 'otlp.json',
    type: 'application/json',
    textOf: (traces) => JSON.stringify(otlpOf(traces)),
  },
  {
    name: 'Jaeger JSON',
    for: 'Jaeger UI: times to the microsecond',
    ending: 'jaeger.json',
    type: 'application/json',
    textOf: (traces) => JSON.stringify(jaegerOf(traces)),
  },
  {
    name: 'Chrome trace JSON',
    for: 'Perfetto, chrome://tracing and Speedscope',
    ending: 'chrome.json',
    type: 'application/json',
    textOf: (traces) => JSON.stringify(chromeOf(traces)),
  },
  {
    name: 'HTML page',
    for: 'every browser: needs no server, runs no script',
    ending: 'html',
    type: 'text/html',
    isOfOneTrace: true,
    textOf: ([trace]) => htmlOf(trace!, nonce()),
  },
];

function nonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
