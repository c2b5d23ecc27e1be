import { expect } from 'chai';
import { run } from './register/programs.js';
import { names, startService } from './scenarios/service.js';

describe('The 3.x line', () => {
  it('is the SDK that the spans come from', () => {
    const { cache, start } = startService();
    const store = cache.store();

    start('span').end();

    const [span] = store.getFinishedSpans();
    expect(names([span!])).to.deep.equal(['span']);
    expect(span!.resource.attributes['telemetry.sdk.version']).to.match(/^3\./);
  });

  it('is what otel-span-cache/register starts', async function () {
    this.timeout(90_000);

    const { stdout } = await run(['--import', 'otel-span-cache/register', 'job.mjs'], { OTEL_TRACES_EXPORTER: 'console' });

    expect(stdout).to.match(/'telemetry\.sdk\.version': '3\./);
  });

  it('refuses a module of the 2.x line', async () => {
    const onlyIn2x = '@opentelemetry/sdk-trace-base';

    const failure = await import(onlyIn2x).catch((error: Error) => error.message);

    expect(failure).to.match(/^@opentelemetry\/sdk-trace-base is not of the 3.x line/);
  });
});
