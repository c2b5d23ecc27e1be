import { expect } from 'chai';
import { DocPage } from '../../../test/doc-page.js';
import { SLOTS_BYTES } from '../../src/api/changes.js';
import { QUERY_MILLIS } from '../../src/api/budget.js';
import { newParts } from '../../src/engine/parts.js';
import { MAX_BYTES_IN_FLIGHT, MAX_IN_FLIGHT } from '../../src/host/feed.js';
import { MAX_HEAP_MB } from '../../src/host/worker-thread.js';
import { MAX_BATCH_CONNECTIONS, MAX_CONNECTIONS } from '../../src/http/connections.js';
import { PER_MINUTE } from '../../src/http/failures.js';
import { MAX_BODY } from '../../src/http/guard.js';
import { resolveOptions } from '../../src/options.js';
import { MAX_BATCH_BYTES } from '../../src/processes/join/join-protocol.js';
import { MAX_JOINED } from '../../src/processes/join/joined-processes.js';
import { MAX_SENDERS } from '../../src/processes/otlp/otlp-senders.js';
import { BODY_LIMITS, MAX_CONNECTIONS as MAX_OTLP_CONNECTIONS } from '../../src/processes/otlp/otlp-server.js';
import { RestartLimit } from '../../src/host/restart-limit.js';
import { TOKEN_BYTES } from '../../src/host/served-console.js';
import { LEVELS } from '../../src/stacks/slot-series.js';
import { MAX_BINS } from '../../src/stacks/time-bins.js';
import { TracesInProgress } from '../../src/traces/traces-in-progress.js';
import { MIN_BITS } from '../../src/access/token-strength.js';
import { closeServed, serve } from '../http/served.js';

const PAGE = new DocPage('console/docs/operators.md');
const README = new DocPage('console/README.md');

const MEBI = 2 ** 20;

const WORDS: Readonly<Record<string, number>> = { three: 3, ten: 10 };

function numbersIn(text: string): number[] {
  return [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
}

describe('The limits in the pages of the console', () => {
  afterEach(closeServed);

  it('are the limits of the code: docs/operators.md', async () => {
    const { maxSpans, maxBytes } = resolveOptions();
    const { history, stacks, errors, logs, values } = newParts({ maxSpans, maxBytes });
    const { examples } = history.stats();
    const { maxKeys, maxValuesPerKey, maxBytes: maxValueBytes } = values.stats();
    const { waiting } = new TracesInProgress(() => {});
    const { ask } = await serve();
    const { clients } = (await ask('/api/v1/stats')).json as { clients: { maxStreams: number } };
    expect(MAX_SENDERS).to.equal(MAX_JOINED);

    expect(
      Object.fromEntries(PAGE.tableAfter('| Part | Bound |').map(([part, bound]) => [part, numbersIn(bound!)])),
    ).to.deep.equal({
      history: [],
      'examples of call paths, kept after their eviction from the history': [
        examples.maxSpans,
        examples.maxBytes / MEBI,
      ],
      'spans and log records on their way from the service to the worker': [MAX_IN_FLIGHT, MAX_BYTES_IN_FLIGHT / MEBI],
      'heap of the worker': [MAX_HEAP_MB],
      'call paths': [stacks.stats().maxNodes],
      'time slots and histograms of call paths': [stacks.stats().maxBytes / MEBI],
      'spans of unfinished traces': [waiting.maxSpans, waiting.maxBytes / MEBI],
      'keys and values for completion': [maxKeys, maxValuesPerKey, maxValueBytes / MEBI],
      'groups of errors': [errors.stats().maxGroups],
      'log records without a span': [logs.stats().maxOrphans, logs.stats().maxBytes / MEBI],
      'processes that join, or that send OTLP': [MAX_JOINED],
      connections: [MAX_CONNECTIONS, MAX_BATCH_CONNECTIONS, MAX_OTLP_CONNECTIONS],
      'streams of one token': [clients.maxStreams],
      'body of a request': [MAX_BODY / 1_024, MAX_BATCH_BYTES / MEBI, BODY_LIMITS.maxBytes / MEBI],
      'time for the answer to a query': [QUERY_MILLIS],
    });
  });

  it('are the limits of the code: time slots', () => {
    const [, slots] = /are\s+counted\s+in\s+slots\s+of([^.]*)\./.exec(PAGE.text)!;
    const [, heatmap] = /A\s+heatmap\s+has([^.]*\.[^.]*)\./.exec(PAGE.text)!;
    const [fine, middle, coarse] = LEVELS;

    expect(numbersIn(slots!.replace('an hour', '1 hour'))).to.deep.equal([
      fine.slotMillis / 1_000,
      fine.keptMillis / 60_000,
      middle.slotMillis / 1_000,
      middle.keptMillis / 3_600_000,
      coarse.slotMillis / 60_000,
      coarse.keptMillis / 3_600_000,
    ]);
    expect(numbersIn(heatmap!)).to.deep.equal([MAX_BINS, SLOTS_BYTES / 1_000]);
  });

  it('are the limits of the code: wrong tokens and restarts', () => {
    const [, failures] = /After\s+(\w+)\s+requests\s+without\s+a\s+valid\s+token\s+within\s+a\s+minute/.exec(
      PAGE.text,
    )!;
    const [, restarts] = /restarted,\s+at\s+most\s+(\w+)\s+times\s+a\s+minute/.exec(PAGE.text)!;
    const limit = new RestartLimit();

    expect(WORDS[failures!]).to.equal(PER_MINUTE);
    const delays = Array.from({ length: WORDS[restarts!]! + 1 }, () => limit.next(0));
    expect(delays.map((delay) => delay > 0)).to.deep.equal([false, false, false, true]);
  });

  it('are the limits of the code: README.md', () => {
    const { maxSpans, maxBytes } = resolveOptions();
    const [, inFlight, megabytes] =
      /At\s+most\s+([\d,]+)\s+spans\s+and\s+log\s+records,\s+or\s+(\d+)\s+MiB,\s+are\s+on\s+their\s+way/.exec(
        README.text,
      )!;
    const [, spans, mebibytes] = /at\s+most\s+([\d,]+)\s+spans\s+or\s+([\d,]+)\s+MiB/.exec(README.text)!;
    const [, bits] = /a\s+token\s+of\s+([\d,]+)\s+bits/.exec(README.text)!;
    const [, least] = /a\s+secret\s+of\s+at\s+least\s+([\d,]+)\s+bits/.exec(README.text)!;

    expect(numbersIn(inFlight!)).to.deep.equal([MAX_IN_FLIGHT]);
    expect(Number(megabytes)).to.equal(MAX_BYTES_IN_FLIGHT / MEBI);
    expect([numbersIn(spans!), numbersIn(mebibytes!)]).to.deep.equal([[maxSpans], [maxBytes / 2 ** 20]]);
    expect(Number(bits)).to.equal(TOKEN_BYTES * 8);
    expect(Number(least)).to.equal(MIN_BITS);
  });
});
