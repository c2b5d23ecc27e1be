import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { remoteReceiver } from '../src/testing/remote/index.js';
import { DocPage, newProject, ROOT } from './doc-page.js';
import { traces } from './register/printed-traces.js';
import { run } from './register/programs.js';

const PAGE = new DocPage('docs/help.md');
const REGISTER = ['--import', 'otel-span-cache/register'];
const PRINT = { OTEL_SPAN_CACHE_PRINT: '1', OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' };

describe('docs/help.md', function () {
  this.timeout(90_000);

  let folder: string;
  before(() => {
    folder = newProject('help', PAGE.code());
    cpSync(join(ROOT, 'test/register/fixtures'), folder, { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has these programs', () => {
    expect([...PAGE.code().keys()]).to.deep.equal([
      'stats.mjs',
      'import-hook.mjs',
      'more-instrumentations.mjs',
      'beside-exporter.mjs',
      'fewer-spans.mjs',
    ]);
  });

  it('prints the counters by stats.mjs', async () => {
    const { stdout } = await run([...REGISTER, '--import', './stats.mjs', 'job.mjs'], PRINT, folder);

    expect(stdout)
      .to.match(/spans: \{\s+received: 2,/)
      .and.include('no_subscriber: 0');
  });

  it('shows the reports of register', async () => {
    const shown = PAGE.blocks('text').find((text) => text.startsWith('otel-span-cache: '))!;

    const second = await run([...REGISTER, 'second-sdk.mjs'], PRINT, folder);
    const off = await run([...REGISTER, 'job.mjs'], { ...PRINT, OTEL_TRACES_SAMPLER: 'always_off' }, folder);

    const [ofSecond, ofSampler] = shown.trim().split('\n');
    expect(second.stderr).to.include(`${ofSecond}\n`);
    expect(off.stderr).to.include(`${ofSampler}\n`);
  });

  it('instruments imported packages by import-hook.mjs', async () => {
    const { stderr } = await run(
      ['--import', './import-hook.mjs', '--import', './own-telemetry.mjs', 'shop.mjs'],
      {},
      folder,
    );

    expect(traces(stderr)).to.include('request handler').and.include('looking up');
  });

  it('exports beside the cache by beside-exporter.mjs', async () => {
    const receiver = await remoteReceiver();
    const scope = receiver.openScope();

    await run(['--import', './beside-exporter.mjs', 'job.mjs'], receiver.env, folder);

    expect(scope.spans.map(({ name }) => name)).to.have.members(['job', 'step']);
    await receiver.close();
  });

  for (const program of ['fewer-spans.mjs', 'more-instrumentations.mjs']) {
    // @fastify/otel is not installed here.
    const how = program === 'more-instrumentations.mjs' ? ['--check'] : [];
    it(`has code that runs: ${program}`, async () => {
      const { code, stderr } = await run([...how, program], {}, folder);

      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    });
  }
});
