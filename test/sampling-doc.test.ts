import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import { DocPage, newProject } from './doc-page.js';
import { run } from './register/programs.js';

const PAGE = new DocPage('docs/sampling.md');

/** Name and first value of each setting in a table of the page. */
function writtenSettings(table: string): [string, unknown][] {
  const [, rows] = new RegExp(`^\\| \`${table}\` \\|.*\n\\| --- .*\n((?:\\|.*\n)+)`, 'm').exec(PAGE.text)!;
  return [...rows!.matchAll(/^\| `(\w+)` \| `(.+?)` \|/gm)].map(([, name, value]) => [
    name!,
    value === 'Infinity' ? Infinity : (JSON.parse(value!) as unknown),
  ]);
}

describe('docs/sampling.md', () => {
  it('lists every setting with its first value, and no other', () => {
    const { sampling, filter } = new SpanCache();

    expect(writtenSettings('cache.sampling')).to.deep.equal(Object.entries(sampling.settings));
    expect(writtenSettings('cache.filter')).to.deep.equal(Object.entries(filter.settings));
  });

  it('names no counter that there is not', () => {
    const { spans, events } = new SpanCache().stats() as unknown as Record<string, Record<string, object>>;
    const written = [...PAGE.text.matchAll(/`(spans|events)\.(dropped|orphaned)\.(\w+)`/g)];

    expect(written).to.have.length(4);
    for (const [text, kind, fate, reason] of written) {
      expect((kind === 'spans' ? spans : events)![fate!], text).to.have.property(reason!);
    }
  });

  describe('sampling.mjs', function () {
    this.timeout(30_000);

    let folder: string;

    before(() => {
      folder = newProject('sampling', [...PAGE.code(), ['job.mjs', JOB]]);
    });

    after(() => rmSync(folder, { recursive: true }));

    it('shows what is recorded from the signal on, without debug log lines', async () => {
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

/** Works before and after the operator's signal, then ends by the signal that ends a service. */
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
