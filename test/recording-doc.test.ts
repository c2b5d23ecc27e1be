import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { SpanCache } from '../src/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/recording.md'), 'utf8');

/** Name and first value of each setting, as the page has them. */
function writtenSettings(): [string, unknown][] {
  const [, rows] = /^\| Setting \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(PAGE)!;
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
    const written = [...PAGE.matchAll(/`(spans|events)\.(dropped|orphaned)\.(\w+)`/g)];

    expect(written).to.have.length(4);
    for (const [text, kind, fate, reason] of written) {
      expect((kind === 'spans' ? spans : events)![fate!], text).to.have.property(reason!);
    }
  });

  describe('recording.mjs', function () {
    this.timeout(30_000);

    /** Inside the repository, where `otel-span-cache` is the package itself; ignored by git. */
    let folder: string;

    before(() => {
      mkdirSync(join(ROOT, 'test/.run'), { recursive: true });
      folder = mkdtempSync(join(ROOT, 'test/.run/recording-'));
      const [, code] = /^```js\n(\/\/ recording\.mjs\n.*?)^```$/ms.exec(PAGE)!;
      writeFileSync(join(folder, 'recording.mjs'), code!);
      writeFileSync(join(folder, 'job.mjs'), JOB);
    });

    after(() => rmSync(folder, { recursive: true }));

    it('shows what is recorded from the signal on', async () => {
      const args = ['--import', './recording.mjs', 'job.mjs'];
      const env = { ...process.env, OTEL_TRACES_SAMPLER: 'always_off', OTEL_METRICS_EXPORTER: 'none' };
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env, timeout: 20_000 });

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
  const alive = setTimeout(() => {}, 10_000);
  process.once('SIGTERM', () => clearTimeout(alive));
  process.once('SIGUSR2', () => {
    work('during');
    process.kill(process.pid, 'SIGTERM');
  });
  work('before');
  process.kill(process.pid, 'SIGUSR2');
`;
