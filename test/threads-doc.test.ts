import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { SpanCache } from '../src/index.js';
import type { ThreadStats } from '../src/threads/index.js';
import { ThreadLink } from '../src/threads/thread-link.js';
import { connectOptions, receiverOptions, relayOptions } from '../src/threads/options.js';
import { UnconnectedRelay } from '../src/threads/unconnected-relay.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/threads.md'), 'utf8');

/** The page's JavaScript, by the file name in its first line. */
function codeBlocks(): Map<string, string> {
  const blocks = [...PAGE.matchAll(/^```js\n(\/\/ (\S+)\n.*?)^```$/gms)];
  return new Map(blocks.map(([, code, name]) => [name!, code!]));
}

/** The rows, cell by cell, of the first table after this text. */
function tableAfter(text: string): string[][] {
  const table = /^\|.*(?:\n\|.*)*/m.exec(PAGE.slice(PAGE.indexOf(text)))![0];
  return table.split('\n').slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
}

function namesIn(rows: string[][]): string[] {
  return rows.flatMap(([first]) => [...first!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

describe('docs/threads.md', () => {
  describe('code', function () {
    this.timeout(40_000);

    /** Inside the repository, where `otel-span-cache` is the package itself; ignored by git. */
    let folder: string;

    before(() => {
      mkdirSync(join(ROOT, 'test/.run'), { recursive: true });
      folder = mkdtempSync(join(ROOT, 'test/.run/threads-'));
      for (const [name, code] of codeBlocks()) writeFileSync(join(folder, name), code);
    });

    after(() => rmSync(folder, { recursive: true }));

    async function run(...args: string[]): Promise<string> {
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 30_000 });
      return stdout;
    }

    it('is all run here', () => {
      expect([...codeBlocks().keys()]).to.deep.equal([
        'telemetry.mjs',
        'shop.mjs',
        'invoice.mjs',
        'receiving.mjs',
        'relaying.mjs',
      ]);
    });

    it('prints one tree for both threads, as the page shows it', async () => {
      const [, shown] = /^```text\n(.*?)^```$/ms.exec(PAGE)!;

      const printed = await run('--import', './telemetry.mjs', 'shop.mjs');

      expect(stable(printed)).to.equal(stable(shown!));
    });

    it('of two files prints the span of the worker', async () => {
      expect(await run('receiving.mjs')).to.equal('resize by resizer\n');
    });
  });

  for (const [call, defaults] of [
    ['`relaySpans(cache, options)`', relayOptions()],
    ['`receiveSpans(cache, options)`', receiverOptions()],
  ] as const) {
    it(`has the options of ${call} with their defaults`, () => {
      const written = tableAfter(call).map(([name, fallback]) => [
        name!.replaceAll('`', ''),
        fallback === 'none' ? undefined : Number(fallback!.replaceAll(/[`_]/g, '')),
      ]);

      expect(written).to.deep.equal(Object.entries(defaults));
    });
  }

  it('says rightly that connectThreads() takes the options of both sides', () => {
    expect(connectOptions()).to.deep.equal({ ...relayOptions(), ...receiverOptions() });
  });

  it('names every number of a thread, and no other', () => {
    const link = new ThreadLink({
      cache: new SpanCache(),
      hello: { type: 'hello', version: 1, threadId: 1_000_000, threadName: undefined, unsent: new Int32Array(1) },
      relay: 'r',
      demand: { spans: true, orphans: false },
      drainChannel: () => {},
      onGone: () => {},
    });
    const stats: ThreadStats = link.stats();
    link.close();

    const words = ['ended', 'died', 'connected'].map((state) => `'${state}'`);
    const written = namesIn(tableAfter('| Of each thread |')).filter((name) => !words.includes(name));
    expect(written).to.have.members(Object.keys(stats));
  });

  it('names every number of a relay, and no other', () => {
    expect(namesIn(tableAfter('| Of a relay |'))).to.have.members(Object.keys(new UnconnectedRelay().stats()));
  });
});

/** Without what differs from run to run: ids, times, and where the bars are. */
function stable(tree: string): string {
  return tree
    .replaceAll(/[0-9a-f]{32}/g, 'id')
    .replaceAll(/\+?\d[\d.]* (?:µs|ms|s)\b/g, 'time')
    .replaceAll(/thread\.id=\d+/g, 'thread.id=n')
    .replaceAll(/[━╺╸•]/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}
