import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';
import { APPLICATIONS, itEndsWell, runTo, spansIn } from './doc-programs.js';
import { Receiver } from './receiver.js';

const PAGE = new DocPage('docs/reference.md');

describe('docs/reference.md', function () {
  this.timeout(60_000);

  let folder: string;
  let collector: Receiver;

  before(async () => {
    // Some of its code loads the set-up of the README.
    const files = [...new DocPage('README.md').code(), ...PAGE.code(), ...Object.entries(APPLICATIONS)];
    folder = newProject('reference', files);
    collector = await Receiver.start();
  });

  beforeEach(() => collector.clear());

  after(async () => {
    await collector.stop();
    rmSync(folder, { recursive: true });
  });

  it('has only code that the tests run', () => {
    expect([...PAGE.code().keys()]).to.deep.equal(['loop.mjs', 'telemetry-behind.mjs']);
  });

  it('loop.mjs prints each span with the names of its events, and ends by itself', async () => {
    const printed = await runTo(0, ['--import', './loop.mjs', 'job.mjs'], { folder, collector });

    expect(printed).to.include(`job [ 'job started', 'job.accepted' ]`);
  });

  it('telemetry-behind.mjs feeds the cache, which exports nothing', async () => {
    const args = ['--import', './telemetry-behind.mjs', 'killed-job.mjs', './telemetry-behind.mjs'];

    const printed = await runTo('SIGTERM', args, { folder, collector });

    expect(spansIn(collector)).to.deep.equal([]);
    expect(printed).to.include(`[ 'job' ]`).and.to.include('in the cache: job with job started, job.accepted');
  });

  itEndsWell('telemetry-behind.mjs', () => ({ folder, collector }));
});
