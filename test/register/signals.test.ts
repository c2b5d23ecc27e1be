import { expect } from 'chai';
import { isExported } from '../../src/register/signals.js';

const ENDPOINT = 'http://127.0.0.1:4318';

describe('isExported()', () => {
  const CASES: [what: string, env: Record<string, string>, printing: boolean, traces: boolean, logs: boolean][] = [
    ['nothing is set', {}, false, true, true],
    ['nothing is set, and traces are printed', {}, true, false, false],
    [
      'variables are empty, and traces are printed',
      { OTEL_TRACES_EXPORTER: ' , ', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
      true,
      false,
      false,
    ],
    ['an endpoint is set, and traces are printed', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, true, true, true],
    [
      'the endpoint of logs is set, and traces are printed',
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: ENDPOINT },
      true,
      false,
      true,
    ],
    ['an exporter of traces is named, and traces are printed', { OTEL_TRACES_EXPORTER: 'otlp' }, true, true, false],
    ['none is named', { OTEL_TRACES_EXPORTER: ' none ', OTEL_LOGS_EXPORTER: 'none' }, false, false, false],
    [
      'none is named first',
      { OTEL_TRACES_EXPORTER: 'none,otlp', OTEL_LOGS_EXPORTER: 'none,otlp' },
      false,
      false,
      false,
    ],
    ['none is named last', { OTEL_TRACES_EXPORTER: 'otlp,none', OTEL_LOGS_EXPORTER: 'otlp,none' }, false, true, false],
  ];
  for (const [what, env, printing, traces, logs] of CASES) {
    it(`is ${traces} for traces and ${logs} for logs when ${what}`, () => {
      expect(isExported('traces', env, printing)).to.equal(traces);
      expect(isExported('logs', env, printing)).to.equal(logs);
    });
  }
});
