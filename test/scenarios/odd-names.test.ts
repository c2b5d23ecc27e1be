import { ROOT_CONTEXT, trace, type Context, type Tracer } from '@opentelemetry/api';
import type { Logger } from '@opentelemetry/api-logs';
import { expect } from 'chai';
import { formatTrace } from '../../src/index.js';
import { newCache } from '../caches.js';
import type { DeliveredSpan } from '../../src/model/merged-span.js';
import {
  assertLog,
  assertNoSpan,
  assertSpan,
  assertTrace,
  exactly,
  traceTesting,
  traceTree,
  type CapturedSpan,
  type TraceRun,
} from '../../src/testing/index.js';
import { trap } from '../hostile-values.js';
import { failureOf } from '../testing/capture/tracing-tools.js';
import { globalLogger, startSdk, unregisterGlobals } from '../sdk.js';

/* JavaScript without types, and bad luck: nothing of it may keep a test or a developer from seeing the rest. */

const NAMES = [
  undefined,
  null,
  404,
  Symbol('s'),
  new Error('no name'),
  { a: 1 },
  Object.defineProperty({ a: 1 }, 'b', trap),
];
const TEXTS = ['undefined', 'null', '404', 'Symbol(s)', 'Error: no name', '{a=1}', '{a=1, b=[unreadable]}'];

/** One trace: a root, below it a span per odd name with an event and a log of that name; and one whose parent is null. */
function recordOddNames(tracer: Tracer, logger: Logger): void {
  const root = tracer.startSpan('sound', {}, ROOT_CONTEXT);
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  for (const name of NAMES as unknown as string[]) {
    const span = tracer.startSpan(name, {}, inRoot);
    const context: Context = trace.setSpan(ROOT_CONTEXT, span);
    span.addEvent(name);
    logger.emit({ eventName: name, severityText: name, body: Object.defineProperty({}, 'trap', trap), context });
    span.end();
  }
  const orphan = tracer.startSpan('parent is null', {}, inRoot);
  Object.defineProperty(orphan, 'parentSpanContext', { value: null });
  orphan.end();
  root.end();
}

describe('Spans whose names are not strings', () => {
  describe('in a cache', () => {
    let spans: DeliveredSpan[];
    let text: string;
    beforeEach(() => {
      const cache = newCache();
      const store = cache.store();
      const { tracer, logger } = startSdk({
        spanProcessors: [cache.spanProcessor],
        logRecordProcessors: [cache.logRecordProcessor],
      });
      recordOddNames(tracer, logger);
      spans = store.getFinishedSpans() as DeliveredSpan[];
      text = store
        .traces()
        .map((each) => formatTrace(each, { attributes: 'all', width: 200 }))
        .join('\n');
    });

    it('are kept', () => {
      expect(spans).to.have.length(NAMES.length + 2);
    });

    it('are shown by the text of the name, in one tree', () => {
      for (const name of TEXTS) expect(text).to.include(`─ ${name}\n`);
      expect(text).to.match(/ {2}parent is null$/m);
    });

    it('are shown with a body that cannot be read', () => {
      expect(text).to.include('{trap=[unreadable]}');
    });
  });

  describe('in a test', () => {
    let tracing: ReturnType<typeof traceTesting>;
    let run: TraceRun<void>;
    beforeEach(async () => {
      unregisterGlobals();
      tracing = traceTesting();
      run = await tracing.run(() => {
        recordOddNames(trace.getTracer('app'), globalLogger());
        trace.getTracer('app').startSpan(404 as never);
      });
    });
    afterEach(async () => {
      await tracing.shutdown();
      unregisterGlobals();
    });

    it('are captured by the text of the name', () => {
      expect(run.spans.map(({ name }) => name)).to.include.members(TEXTS);
      expect(run.spans.flatMap(({ events }) => events.map(({ name }) => name))).to.include.members(TEXTS);
    });

    it('are found by it', () => {
      expect(assertSpan(run, { name: 'Error: no name', events: [{ name: 'Error: no name' }] }).name).to.equal(
        'Error: no name',
      );
    });

    it('appear in the text for snapshots', () => {
      for (const name of TEXTS) expect(traceTree(run)).to.include(`- ${name}\n`).and.include(`• ${name}\n`);
    });

    it('are shown when assertions fail', () => {
      const failing: (() => unknown)[] = [
        () => assertSpan(run, { name: 'charge' }),
        () => assertTrace(run, { name: 'sound', children: [{ name: 'charge' }] }),
        () => assertNoSpan(run, { name: '404' }),
        () => run.assertAllEnded(),
      ];
      for (const assertion of failing) expect(assertion).to.throw(/404/).with.property('name', 'AssertionError');
      expect(() => assertLog(run, { body: 'charged' }))
        .to.throw()
        .with.property('name', 'AssertionError');
    });

    it('add no control character to a failure', async () => {
      const evil = 'a\n\x1b]52;c;Zm9v\x07';
      const other = await tracing.run(() => {
        const span = trace.getTracer('app').startSpan(evil, { attributes: { [evil]: evil } });
        globalLogger().emit({ eventName: evil, severityText: evil, body: evil, attributes: { [evil]: evil } });
        span.end();
      });
      const failures = [
        () => assertSpan(other, { attributes: exactly({}) }),
        () => assertNoSpan(other, {}),
        () => assertLog(other, { body: 'charged', attributes: exactly({}) }),
        () => other.waitForSpan('charge', { timeoutMillis: 0 }),
      ].map(async (failing) => failureOf((async () => failing())()));
      for (const { message, actual, expected } of (await Promise.all(failures)) as (Error & {
        actual?: unknown;
        expected?: unknown;
      })[]) {
        expect(`${message}${String(actual)}${String(expected)}`).to.match(/^[\P{Cc}\n]*$/u);
      }
    });

    it('are shown when a wait times out', async () => {
      const waits = [
        run.waitForSpan('charge', { timeoutMillis: 0 }),
        run.waitForSpan((span: CapturedSpan) => span.name === 'charge', { timeoutMillis: 0 }),
        run.waitForTrace({ root: 'charge' }, { timeoutMillis: 0 }),
        run.waitForIdle({ timeoutMillis: 0 }),
      ];
      for (const result of await Promise.allSettled(waits)) {
        const { reason } = result as PromiseRejectedResult;
        expect(reason).to.have.property('name', 'TraceTimeoutError');
        expect(String(reason)).to.include('404').and.include('Error: no name');
      }
    });
  });
});
