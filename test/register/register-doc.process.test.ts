import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { installProject, run } from './programs.js';

const PAGE = readFileSync(new URL('../../docs/register.md', import.meta.url), 'utf8');

describe('docs/register.md', function () {
  this.timeout(90_000);

  it('shows the warning for a wrong value, and a working subscriber', async () => {
    const [, code] = /^```js\n\/\/ slow-spans\.mjs\n(.*?)^```$/ms.exec(PAGE)!;
    const [, said] = /^```text\n(otel-span-cache: .*\n)```$/m.exec(PAGE)!;
    const project = installProject('@opentelemetry/api', '@opentelemetry/sdk-node');
    writeFileSync(join(project.folder, 'slow-spans.mjs'), code!);
    const args = ['--import', 'otel-span-cache/register', '--import', './slow-spans.mjs', 'slow-job.mjs'];
    const env = { OTEL_SPAN_CACHE_PRINT: '1', OTEL_SPAN_CACHE_QUEUE_CAPACITY: 'many' };

    const { stdout, stderr } = await run(args, env, project.folder);
    project.remove();

    expect(stdout).to.equal('slow job took 2 s\n');
    expect(stderr).to.include(said);
  });
});
