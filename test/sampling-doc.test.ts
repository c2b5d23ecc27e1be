import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import { DocPage, newProject } from './doc-page.js';
import { run } from './register/programs.js';

const PAGE = new DocPage('docs/recording.md');

/** Name and first value of each setting, as the page has them. */
function writtenSettings(): [string, unknown][] {
  const [, rows] = /^\| Setting \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
  return [...rows!.matchAll(/^\| `(\w+)` \| `(.+?)` \|/gm)].map(([, name, value]) => [
    name!,
    value === 'Infinity' ? Infinity : (JSON.parse(value!) as unknown),
  ]);
}

describe('docs/recording.md', () => {
  it('lists every setting with its first value, and no other', () => {
    expect(writtenSettings()).to.deep.equal(Object.entries(new SpanCache().recording.settings));
  });

  it('names no counter that there is not', () => {
    const { spans, events } = new SpanCache().stats() as unknown as Record<string, Record<string, object>>;
    const written = [...PAGE.text.matchAll(/`(spans|events)\.(dropped|orphaned)\.(\w+)`/g)];

    expect(written).to.have.length(4);
    for (const [text, kind, fate, reason] of written) {
      expect((kind === 'spans' ? spans : events)![fate!], text).to.have.property(reason!);
    }
  });

  describe('recording.mjs', function () {
    this.timeout(30_000);

    let folder: string;

    before(() => {
      folder = newProject('recording', [...PAGE.code(), ['job.mjs', JOB]]);
    });

    after(() => rmSync(folder, { recursive: true }));

    it('shows what is recorded from the signal on', async () => {
      const args = ['--import', './recording.mjs', 'job.mjs'];
      const env = { OTEL_TRACES_SAMPLER: 'always_off', OTEL_METRICS_EXPORTER: 'none' };
      const { signal, stdout } = await run(args, env, folder);

      expect(signal).to.equal('SIGTERM');
      expect(stdout.trimEnd().split('\n')).to.deep.equal([
        'recording is on',
        'during, with 1 events',
        'recording is off',
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
