import { expect } from 'chai';
import type { ThreadStats } from '../src/threads/index.js';
import { ThreadLink } from '../src/threads/thread-link.js';
import { connectOptions, receiverOptions, relayOptions } from '../src/threads/options.js';
import { PROTOCOL_VERSION } from '../src/threads/protocol.js';
import { SharedCounts } from '../src/threads/shared-counts.js';
import { UNCONNECTED } from '../src/threads/connect.js';
import { DocPage, namesIn } from './doc-page.js';

const PAGE = new DocPage('docs/threads.md');

describe('docs/threads.md', () => {
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

  it('states correctly that connectThreads() accepts the options of both sides', () => {
    expect(connectOptions()).to.deep.equal({ ...relayOptions(), ...receiverOptions() });
  });

  it('names exactly the numbers of a thread', () => {
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
    const written = namesIn(PAGE.tableAfter('| Counter of a thread |')).filter((name) => !words.includes(name));
    expect(written).to.have.members(Object.keys(stats));
  });

  it('names exactly the numbers of a relay', () => {
    expect(namesIn(PAGE.tableAfter('| Counter of a relay |'))).to.have.members(Object.keys(UNCONNECTED.stats()));
  });
});
