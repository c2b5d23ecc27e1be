import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { ThreadStats } from '../src/threads/index.js';
import { ThreadLink } from '../src/threads/thread-link.js';
import { connectOptions, receiverOptions, relayOptions } from '../src/threads/options.js';
import { PROTOCOL_VERSION } from '../src/threads/protocol.js';
import { SharedCounts } from '../src/threads/shared-counts.js';
import { UnconnectedRelay } from '../src/threads/unconnected-relay.js';
import { DocPage, namesIn, newProject } from './doc-page.js';

const PAGE = new DocPage('docs/threads.md');

describe('docs/threads.md', () => {
  describe('code', function () {
    this.timeout(40_000);

    let folder: string;

    before(() => {
      folder = newProject('threads', PAGE.code());
    });

    after(() => rmSync(folder, { recursive: true }));

    async function run(...args: string[]): Promise<string> {
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 30_000 });
      return stdout;
    }

    it('is all run here', () => {
      expect([...PAGE.code().keys()]).to.deep.equal([
        'telemetry.mjs',
        'shop.mjs',
        'invoice.mjs',
        'receiving.mjs',
        'relaying.mjs',
      ]);
    });

    it('prints one tree for both threads, as the page shows it', async () => {
      const [, shown] = /^```text\n(.*?)^```$/ms.exec(PAGE.text)!;

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
      const written = PAGE.tableAfter(call).map(([name, fallback]) => [
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
      cache: { receive() {} },
      hello: {
        type: 'hello',
        version: PROTOCOL_VERSION,
        threadId: 1_000_000,
        threadName: undefined,
        counts: new SharedCounts().memory,
      },
      relay: 'r',
      channel: 'test/r',
      demand: { spans: true, orphans: false },
      drainChannel: () => {},
      onGone: () => {},
    });
    const stats: ThreadStats = link.stats();
    link.close();

    const words = ['ended', 'died', 'connected'].map((state) => `'${state}'`);
    const written = namesIn(PAGE.tableAfter('| Of each thread |')).filter((name) => !words.includes(name));
    expect(written).to.have.members(Object.keys(stats));
  });

  it('names every number of a relay, and no other', () => {
    expect(namesIn(PAGE.tableAfter('| Of a relay |'))).to.have.members(Object.keys(new UnconnectedRelay().stats()));
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
