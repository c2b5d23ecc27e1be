import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

/** The output of a separate program, in which nothing else is loaded. */
async function printedBy(...args: string[]): Promise<string> {
  const fixture = fileURLToPath(new URL('fixtures/without-spans.mts', import.meta.url));
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const { JEST_WORKER_ID: _, NODE_OPTIONS: _2, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, fixture, ...args], { env });
  return stdout;
}

describe('A run without the spans of an instrumentation', function () {
  this.timeout(60_000);

  it('reports that none is loaded', async () => {
    expect(await printedBy()).to.match(
      /^a provider is registered and its spans arrive here, but no span was started\.\nNo loaded instrumentation was found/,
    );
  });

  it('reports which are loaded', async () => {
    expect(await printedBy('pg', 'http')).to.include('\nLoaded instrumentations: http, pg. Each must be set up before');
  });

  it('reports that HTTP is not patched, if that can be detected', async function () {
    if (process.getBuiltinModule === undefined) this.skip();

    expect(await printedBy('http')).to.include('\nnode:http is not patched.');
    expect(await printedBy('http', 'patched')).not.to.include('node:http is not patched.');
  });
});
