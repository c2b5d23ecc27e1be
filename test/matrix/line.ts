import * as modules from 'node:module';
import { expect } from 'chai';
import { run } from './register/programs.js';
import { names, startService } from './scenarios/service.js';

/* Copied into the tests of each line. */

describe('The line of OpenTelemetry', () => {
  it('is the SDK of the spans', () => {
    const { cache, start } = startService();
    const store = cache.store();

    start('span').end();

    const [span] = store.getFinishedSpans();
    expect(names([span!])).to.deep.equal(['span']);
    expect(span!.resource.attributes['telemetry.sdk.version']).to.equal(process.env['SDK_VERSION']);
  });

  it('is the SDK that otel-span-cache/register starts', async () => {
    const { stdout } = await run(['--import', 'otel-span-cache/register', 'job.mjs'], {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
    });

    // The same to the minor version: a package may bring a patch of its own.
    const [minor] = /^\d+\.\d+\./.exec(process.env['SDK_VERSION']!)!;
    expect(stdout).to.include(`'telemetry.sdk.version': '${minor}`);
  });

  const foreign = process.env['FOREIGN_PACKAGE'];
  // Node 20 cannot refuse, and the repository itself has the packages of one of the lines.
  if ('registerHooks' in modules && foreign !== undefined) {
    it('rejects a package of another line', async () => {
      const failure = await import(foreign).catch((error: Error) => error.message);

      expect(failure).to.include(`${foreign} is not of the line under test`);
    });
  }
});
