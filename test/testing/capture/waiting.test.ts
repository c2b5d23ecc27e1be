import { SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import {
  assertNoSpan,
  assertTrace,
  NoSpansError,
  TraceTimeoutError,
  type TraceTesting,
} from '../../../src/testing/index.js';
import { unregisterGlobals } from '../../sdk.js';
import { childOf, endedSpan, failureOf, names, startSpan, startTracing } from './tracing-tools.js';

describe('A scope', () => {
  let tracing: TraceTesting;
  beforeEach(() => {
    tracing = startTracing({ captureStartStack: true });
  });
  afterEach(async () => {
    await tracing.shutdown();
    unregisterGlobals();
  });

  describe('waitForSpan()', () => {
    it('finds a span that has already ended', async () => {
      const run = await tracing.run(() => endedSpan('email.send'));

      expect((await run.waitForSpan({ name: /^email/ }, { timeoutMillis: 0 })).name).to.equal('email.send');
    });

    it('finds a span that ends later, by its attributes', async () => {
      const run = await tracing.run(() => ['a', 'b'].map((name) => startSpan(name).setAttribute('name', name)));
      const waiting = run.waitForSpan({ attributes: { name: (value) => value === 'b' } });

      for (const span of run.result) span.end();

      expect((await waiting).name).to.equal('b');
    });

    it('accepts a pattern like the assertions, including the spans below', async () => {
      const run = await tracing.run(() => {
        const parent = startSpan('job');
        childOf(parent, 'step').setAttribute('n', 1).end();
        parent.end();
      });

      const found = await run.waitForSpan({
        kind: SpanKind.INTERNAL,
        children: [{ name: 'step', attributes: { n: 1 } }],
      });
      expect(found.name).to.equal('job');
      const wrong = { name: 'job', children: [{ name: 'step', attributes: { n: 2 } }] };
      const error = await failureOf(run.waitForTrace({ root: wrong }, { timeoutMillis: 1 }));

      expect(error.message).to.match(/Nearest:\n {2}job: step: n: expected 2, got 1\n/);
    });

    it('ignores an open span', async () => {
      const run = await tracing.run(() => startSpan('email'));

      const error = await failureOf(run.waitForSpan('email', { timeoutMillis: 5 }));

      expect(error.message).to.match(/Nearest:\n {2}email: it has not ended/);
    });

    it('reports the captured spans when it times out', async () => {
      const run = await tracing.run(() => {
        const checkout = startSpan('checkout');
        childOf(checkout, 'email.sent').end();
        return checkout;
      });

      const error = await failureOf(run.waitForSpan({ name: 'email.send' }, { timeoutMillis: 5 }));

      expect(error).to.be.instanceOf(TraceTimeoutError);
      expect((error as TraceTimeoutError).scope).to.equal(run);
      expect(error.stack!.split('\n').find((line) => line.startsWith('    at '))).to.include('waiting.test.ts');
      const message = error.message
        .replace(/[0-9a-f]{32}/, 'ID')
        .replaceAll(/[\d.]+ (?:µs|ms)$/gm, 'TIME')
        .replace(/started at \S+[\\/]tracing-tools\.ts:\d+:\d+/, 'started HERE');
      expect(message).to.equal(
        `no span matched email.send within 5 ms, in ${run.name}

Seen so far:
  trace ID
    checkout  ⋯ open
    └─ email.sent  TIME

Still open:
  checkout, started HERE

Nearest:
  email.sent: name: expected email.send, got email.sent
  checkout: name: expected email.send, got checkout
`,
      );
    });

    it('ends with the reason of an aborted signal', async () => {
      const run = await tracing.run(() => undefined);
      const controller = new AbortController();
      const waiting = run.waitForSpan('never', { signal: controller.signal });

      controller.abort(new Error('enough'));

      expect((await failureOf(waiting)).message).to.equal('enough');
      expect((await failureOf(run.waitForSpan('x', { signal: controller.signal }))).message).to.equal('enough');
    });

    it('throws an error of a function to the test, not to the application', async () => {
      const run = await tracing.run(() => startSpan('job'));
      const waiting = run.waitForSpan(() => {
        throw new Error('wrong test');
      });

      run.result.end();

      expect((await failureOf(waiting)).message).to.equal('wrong test');
    });

    it('checks once for all changes in a turn of the code', async () => {
      let looks = 0;
      const isLast = ({ name }: { name: string }): boolean => {
        looks++;
        return name === 'last';
      };
      const run = await tracing.run((scope) => {
        const waiting = scope.waitForSpan(isLast);
        const root = startSpan('root');
        for (let index = 0; index < 100; index++) childOf(root, 'step').end();
        childOf(root, 'last').end();
        return waiting;
      });

      expect(run.result.name).to.equal('last');
      expect(looks).to.equal(101);
    });

    it('compares a span with a pattern once while further spans arrive over many turns', async () => {
      let looks = 0;
      const isLast = (name: unknown): boolean => {
        looks++;
        return name === 'last';
      };
      const run = await tracing.run(async (scope) => {
        const waiting = scope.waitForSpan({ name: isLast });
        const root = startSpan('root');
        for (let index = 0; index < 100; index++) {
          childOf(root, 'step').end();
          await Promise.resolve();
        }
        childOf(root, 'last').end();
        return waiting;
      });

      expect(run.result.name).to.equal('last');
      expect(looks).to.equal(101);
    });

    it('still finds an unchanged span after settling', async () => {
      const run = await tracing.run(() => endedSpan('first'));
      const waiting = run.waitForTrace({ root: 'first' }, { settleMillis: 20 });

      setTimeout(() => endedSpan('second'), 5);

      expect(names((await waiting).spans)).to.deep.equal(['first']);
    });

    it('keeps the scope open for spans without another owner', async () => {
      const run = await tracing.run(() => undefined);
      const waiting = run.waitForSpan('from elsewhere');

      endedSpan('from elsewhere');
      await waiting;
      endedSpan('after that');

      expect(names(run.spans)).to.deep.equal(['from elsewhere']);
      expect(names(run.unowned)).to.deep.equal(['after that']);
    });

    it('rejects a value that is not a pattern', async () => {
      const run = await tracing.run(() => undefined);

      expect((await failureOf(run.waitForSpan(undefined as never))).message).to.match(/^span must be a name, a RegExp/);
    });

    it('rejects a wrong option by its name', async () => {
      const run = await tracing.run(() => undefined);

      expect((await failureOf(run.waitForSpan('x', { timeoutMillis: -1 }))).message).to.match(/^timeoutMillis must be/);
      expect((await failureOf(run.waitForSpan('x', { timeout: 1 } as object))).message).to.match(
        /^unknown option 'timeout'/,
      );
    });
  });

  describe('waitForTrace()', () => {
    it('waits for the local root and for every span', async () => {
      const run = await tracing.run(() => {
        const root = startSpan('POST /checkout');
        return { root, child: childOf(root, 'audit') };
      });
      let found = false;
      const waiting = run.waitForTrace({ root: 'POST /checkout' }).finally(() => (found = true));

      run.result.root.end();
      await new Promise(setImmediate);
      expect(found).to.equal(false);
      run.result.child.end();

      expect(names((await waiting).spans)).to.deep.equal(['POST /checkout', 'audit']);
    });

    it('waits until nothing has happened for the settle time', async () => {
      const run = await tracing.run(() => startSpan('request'));
      const waiting = run.waitForTrace({}, { settleMillis: 20 });
      run.result.end();

      setTimeout(() => childOf(run.result, 'afterwards').end(), 5);

      expect(names((await waiting).spans)).to.deep.equal(['request', 'afterwards']);
    });

    it('ignores a root of which only the children match', async () => {
      const run = await tracing.run(() => {
        const root = startSpan('root');
        childOf(root, 'child').end();
        root.end();
      });

      const error = await failureOf(run.waitForTrace({ root: 'child' }, { timeoutMillis: 5 }));

      expect(error.message).to.match(/^no trace with root child was complete within 5 ms/);
    });
  });

  describe('waitForIdle()', () => {
    it('waits for every open span of the scope', async () => {
      const run = await tracing.run(() => [startSpan('a'), startSpan('b')]);
      const waiting = run.waitForIdle();

      for (const span of run.result) span.end();
      await waiting;

      run.assertAllEnded();
    });

    it('ends at once without spans', async () => {
      await (await tracing.run(() => undefined)).waitForIdle();
    });
  });

  describe('assertAllEnded()', () => {
    it('names the open spans', async () => {
      const run = await tracing.run(() => startSpan('leak'));

      expect(() => run.assertAllEnded()).to.throw(/1 of 1 spans have not ended in [^]*leak, started at /);
    });

    it('fails without spans', async () => {
      const run = await tracing.run(() => undefined);

      expect(() => run.assertAllEnded()).to.throw(NoSpansError, /no span was started/);
    });
  });

  describe('onChange()', () => {
    it('calls at each start, end and log record, until its handle is closed', async () => {
      let changes = 0;
      const run = await tracing.run((scope) => {
        const watching = scope.onChange(() => changes++);
        endedSpan('one');
        watching.close();
        expect(watching.closed).to.equal(true);
        endedSpan('two');
      });

      expect(changes).to.equal(2);
      expect(run.spans).to.have.length(2);
    });
  });

  it('can be read and watched by assertions', async () => {
    const run = await tracing.run(() => {
      const root = startSpan('checkout');
      childOf(root, 'charge').end();
      root.end();
      return root;
    });
    const watching = failureOf(assertNoSpan(run, { name: 'email' }, { withinMillis: 1_000 }));

    childOf(run.result, 'email').end();

    assertTrace(run, { name: 'checkout', children: [{ name: 'charge' }] });
    expect((await watching).message).to.include('email');
  });

  it('returns copies that are frozen, plain and the same each time', async () => {
    const run = await tracing.run(() => {
      const span = startSpan('job').setAttribute('tags', ['a']).addEvent('tick', { n: 1 });
      childOf(span, 'step').end();
      span.end();
    });

    const [span] = run.spans;
    expect(span).to.equal(run.spans[0]);
    const [root] = run.traces[0]!.roots;
    for (const part of [span, span!.attributes, span!.attributes['tags'], span!.events, span!.events[0], run.spans]) {
      expect(part).to.satisfy(Object.isFrozen);
    }
    for (const part of [run.traces, run.traces[0], root, root!.children]) expect(part).to.satisfy(Object.isFrozen);
    expect(structuredClone(root)).to.deep.equal(root);
    expect(() => JSON.stringify(root)).to.not.throw();
    expect(Object.getPrototypeOf(span)).to.equal(Object.prototype);
  });
});
