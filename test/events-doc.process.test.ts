import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';
import { cleanEnvironment } from './environment.js';

const PAGE = new DocPage('docs/events.md');

/** Runs `order.mjs` with one of the page's set-ups loaded first; returns its output. */
function order(folder: string, setUp: string): Promise<string> {
  const env = cleanEnvironment();
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', `./${setUp}`, 'order.mjs'],
      { cwd: folder, env, timeout: 20_000 },
      (error, stdout, stderr) => {
        if (error === null && stderr === '') resolve(stdout);
        else reject(new Error(`${setUp} failed\n${stdout}${stderr}`, { cause: error }));
      },
    );
  });
}

/** Names of the events in the output of `ConsoleSpanExporter`. */
function exportedEvents(printed: string): string[] {
  const [, events] = /\n {2}events: \[(.*?)\n {2}\],/s.exec(printed) ?? [];
  return [...(events ?? '').matchAll(/\bname: '(.*?)'/g)].map(([, name]) => name!);
}

describe('docs/events.md', () => {
  let folder: string;

  before(() => {
    folder = newProject('events', PAGE.code());
  });

  after(() => rmSync(folder, { recursive: true }));

  it('exports the documented event with bridge.mjs', async () => {
    const printed = await order(folder, 'bridge.mjs');

    expect(exportedEvents(printed)).to.deep.equal(['order.paid']);
    expect(printed).to.include(`items: '[{"id":7}]'`);
  });

  it('prints the documented line with cache.mjs', async () => {
    const printed = await order(folder, 'cache.mjs');

    expect(printed.trim()).to.equal(`place order [ 'stock reserved', 'order.paid', 'receipt.sent' ]`);
    expect(PAGE.text).to.include(printed.trim());
  });

  it('exports and prints the documented events with both.mjs', async () => {
    const printed = await order(folder, 'both.mjs');

    const [line] = /^place order .*$/m.exec(printed) ?? [];
    expect(exportedEvents(printed)).to.deep.equal(['order.paid']);
    expect(line).to.equal(`place order [ 'order.paid', 'stock reserved', 'receipt.sent' ]`);
    expect(PAGE.text).to.include(line);
  });
});
