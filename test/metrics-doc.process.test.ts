import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';
import { run } from './register/programs.js';

const PAGE = new DocPage('docs/metrics.md');

describe('docs/metrics.md', () => {
  describe('metrics.mjs', function () {
    this.timeout(60_000);

    let folder: string;

    before(() => {
      folder = newProject('metrics', [...PAGE.code(), ['job.mjs', JOB]]);
    });

    after(() => rmSync(folder, { recursive: true }));

    it('prints the metrics at the end, including the last span', async () => {
      const { signal, stdout } = await run(['--import', './metrics.mjs', 'job.mjs'], {}, folder);

      expect(signal).to.equal('SIGTERM');
      const [, delivered] = /name: 'span_cache\.span\.delivered',(.*?)\n}/s.exec(stdout)!;
      expect(delivered)
        .to.match(/'otel\.component\.name': 'SpanCache\/0'/)
        .and.to.match(/value: 1\b/);
    });
  });
});

/** A program that ends by SIGTERM, like a service. */
const JOB = `
  import { trace } from '@opentelemetry/api';
  trace.getTracer('jobs').startSpan('job').end();
  setTimeout(() => {}, 10_000);
  process.kill(process.pid, 'SIGTERM');
`;
