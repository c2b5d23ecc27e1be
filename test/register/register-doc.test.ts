import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cacheOptions } from '../../src/cache/options.js';
import { VARIABLES } from '../../src/register/environment.js';
import { installProject, run } from './programs.js';

const PAGE = readFileSync(new URL('../../docs/register.md', import.meta.url), 'utf8');

/** The rows of the table of variables, without backticks. */
function variables(): string[][] {
  const [table] = /^\| Variable .*(?:\n\|.*)*/m.exec(PAGE)!;
  const [, , ...rows] = table.split('\n');
  return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.replaceAll('`', '').trim()));
}

describe('docs/register.md', function () {
  this.timeout(90_000);

  it('lists every variable with its option, and no other', () => {
    const listed = variables().map(([variable, option]) => `${variable} ${option}`);

    const ofCache = Object.keys(cacheOptions());
    const known = [...VARIABLES].map(([variable, { option }]) => `${variable} ${ofCache.includes(option) ? option : ''}`);
    expect(listed).to.have.members(known);
  });

  it('shows what is said of a wrong value, and a subscriber that works', async () => {
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
