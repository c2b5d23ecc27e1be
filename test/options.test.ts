import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { formatTrace, printTraces, SpanCache } from '../src/index.js';
import {
  assertNoSpan,
  assertTrace,
  matchesTrace,
  traceTesting,
  traceTree,
  type OpenScope,
  type TraceTesting,
} from '../src/testing/index.js';
import { traceHooks } from '../src/testing/mocha.js';
import { decodeOtlp, remoteReceiver, remoteScope } from '../src/testing/remote/index.js';
import type { RemoteReceiver, RemoteScope } from '../src/testing/remote/index.js';
import { traceMatchers, type MatcherState } from '../src/testing/runners/matchers.js';
import { connectThreads, receiveSpans, relaySpans, SpanPacker } from '../src/threads/index.js';
import { newCache } from './caches.js';
import { DocPage, ROOT } from './doc-page.js';
import { InMemorySpanExporter, unregisterGlobals } from './sdk.js';

interface Subjects {
  readonly cache: SpanCache;
  readonly tracing: TraceTesting;
  readonly scope: OpenScope;
  readonly receiver: RemoteReceiver;
  readonly remote: RemoteScope;
}

const STATE: MatcherState = { utils: { diff: () => '' } };

/** Each public function that takes options, by its name in the API reference, called with wrong ones. */
const CALLS: Readonly<Record<string, (options: never, subjects: Subjects) => unknown>> = {
  'SpanCache.Constructor': (options) => new SpanCache(options),
  'SpanCache.subscribe()': (options, { cache }) => cache.subscribe(() => {}, options),
  'SpanCache.subscribeToTraces()': (options, { cache }) => cache.subscribeToTraces(() => {}, options),
  'SpanCache.addExporter()': (options, { cache }) => cache.addExporter(new InMemorySpanExporter(), options),
  'SpanCache.store()': (options, { cache }) => cache.store(options),
  'formatTrace()': (options) => formatTrace([], options),
  'printTraces()': (options, { cache }) => printTraces(cache, options),
  'assertNoSpan()': (options, { scope }) => assertNoSpan(scope, { name: 'x' }, options),
  'assertTrace()': (options, { scope }) => assertTrace(scope, { name: 'x' }, options),
  'matchesTrace()': (options, { scope }) => matchesTrace({ name: 'x' }, scope, options),
  'traceTesting()': (options) => traceTesting(options),
  'traceTree()': (options, { scope }) => traceTree(scope, options),
  'TraceScope.waitForSpan()': (options, { scope }) => scope.waitForSpan('x', options),
  'TraceScope.waitForTrace()': (options, { scope }) => scope.waitForTrace({}, options),
  'TraceScope.waitForTrace(), as trace': (trace, { scope }) => scope.waitForTrace(trace),
  'TraceScope.waitForIdle()': (options, { scope }) => scope.waitForIdle(options),
  'TraceTesting.run()': (options, { tracing }) => tracing.run(() => {}, options),
  'TraceTesting.openScope()': (options, { tracing }) => tracing.openScope(options),
  'traceHooks()': (options) => traceHooks(options).beforeAll.call({}),
  'decodeOtlp()': (options) => decodeOtlp('traces', 'application/json', Buffer.from('{}'), options),
  'remoteReceiver()': (options) => remoteReceiver(options),
  'remoteScope()': (options) => remoteScope(options),
  'RemoteReceiver.openScope()': (options, { receiver }) => receiver.openScope(options),
  'RemoteScope.waitForTrace()': (options, { remote }) => remote.waitForTrace({}, options),
  'RemoteScope.waitForTrace(), as trace': (trace, { remote }) => remote.waitForTrace(trace),
  'RemoteScope.waitForIdle()': (options, { remote }) => remote.waitForIdle(options),
  'RemoteScope.waitForLog()': (options, { remote }) => remote.waitForLog('x', options),
  'TraceMatchers.toMatchTrace()': (options, { scope }) =>
    traceMatchers.toMatchTrace.call(STATE, scope, { name: 'x' }, options),
  'TraceMatchers.toEmitSpan()': (options) =>
    traceMatchers.toEmitSpan.call(STATE, () => expect.fail('called'), { name: 'x' }, options),
  'SpanPacker.Constructor': (options) => new SpanPacker(options),
  'connectThreads()': (options, { cache }) => connectThreads(cache, options),
  'receiveSpans()': (options, { cache }) => receiveSpans(cache, options),
  'relaySpans()': (options, { cache }) => relaySpans(cache, options),
};

/** Call the functions of the matchers; reading their entry would register them with node:test. */
const OF_NODE_TEST = ['TraceAssertions.matchesTrace()', 'TraceAssertions.emitsSpan()'];

/** The functions and methods of a page of the API reference that have a parameter of options. */
function withOptions(page: string): string[] {
  const found = new Set<string>();
  let [owner, member] = ['', ''];
  for (const [text, level, heading] of page.matchAll(/^(#{3,5}) (.+)$|^```ts\n[^]*?^```$/gm)) {
    if (level === '###') [owner, member] = [heading!, ''];
    if (level === '#####' && /^\w+(?:\(\))?$/.test(heading!)) member = `.${heading}`;
    if (level !== undefined) continue;
    if (/\b(?!Error)[A-Z]\w+Options\b/.test(text)) found.add(owner + (owner.endsWith('()') ? '' : member));
    if (/\bTracePattern\b/.test(text)) found.add(`${owner}${member}, as trace`);
  }
  return [...found];
}

/** The error that a call throws, or that its promise rejects with. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('Options', () => {
  let subjects: Subjects;

  before(async () => {
    unregisterGlobals();
    const tracing = traceTesting();
    const receiver = await remoteReceiver();
    subjects = {
      cache: newCache(),
      tracing,
      scope: tracing.openScope(),
      receiver,
      remote: receiver.openScope(),
    };
  });

  after(async () => {
    subjects.scope.close();
    await subjects.receiver.close();
    await subjects.tracing.shutdown();
    unregisterGlobals();
  });

  it('are checked here for every function of the API reference that has some', () => {
    const pages = readdirSync(`${ROOT}docs/api`).map((page) => new DocPage(`docs/api/${page}`).text);

    expect(Object.keys(CALLS)).to.have.members(
      pages.flatMap(withOptions).filter((name) => !OF_NODE_TEST.includes(name)),
    );
  });

  for (const [name, call] of Object.entries(CALLS)) {
    it(`of ${name} are rejected if one of them is unknown, or if they are not an object`, async () => {
      const unknown = await errorOf(() => call({ colour: 'blue' } as never, subjects));
      const others = await Promise.all([7, null, ['x']].map((value) => errorOf(() => call(value as never, subjects))));

      expect(unknown).to.be.a.instanceOf(TypeError).with.property('message').that.includes("unknown option 'colour'");
      for (const error of others)
        expect(error).to.be.a.instanceOf(TypeError).with.property('message').that.includes('must be an object');
    });
  }

  for (const settings of ['sampling', 'filter'] as const) {
    it(`of cache.${settings}.set() are rejected if one of them is unknown`, () => {
      expect(() => subjects.cache[settings].set({ colour: 'blue' } as object)).to.throw(TypeError, 'colour');
    });
  }
});
