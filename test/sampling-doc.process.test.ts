import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';
import { run } from './register/programs.js';

const PAGE = new DocPage('docs/sampling.md');

describe('docs/sampling.md', () => {
  describe('sampling.mjs', function () {
    this.timeout(60_000);

    let folder: string;

    before(() => {
      folder = newProject('sampling', [...PAGE.code(), ['job.mjs', JOB]]);
    });

    after(() => rmSync(folder, { recursive: true }));

    it('prints the spans recorded after the signal, without debug log lines', async () => {
      const args = ['--import', './sampling.mjs', 'job.mjs'];
      const env = { OTEL_TRACES_SAMPLER: 'always_off', OTEL_METRICS_EXPORTER: 'none' };
      const { signal, stdout } = await run(args, env, folder);

      expect(signal).to.equal('SIGTERM');
      expect(stdout.trimEnd().split('\n')).to.deep.equal([
        'sampling is on',
        'during, with 1 events',
        'sampling is off',
      ]);
    });
  });
});

/** A program that works before and after SIGUSR2, then ends by SIGTERM. */
const JOB = `
  import { trace } from '@opentelemetry/api';
  import { logs } from '@opentelemetry/api-logs';
  const work = (name) => trace.getTracer('jobs').startActiveSpan(name, (span) => {
    logs.getLogger('jobs').emit({ body: 'working' });
    logs.getLogger('jobs').emit({ body: 'details', severityNumber: 5 });
    span.end();
  });
  setTimeout(() => {}, 10_000);
  process.once('SIGUSR2', () => {
    work('during');
    process.kill(process.pid, 'SIGTERM');
  });
  work('before');
  process.kill(process.pid, 'SIGUSR2');
`;
