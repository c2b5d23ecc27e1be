import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { assertLog, assertSpan, assertTrace } from '../../../src/testing/index.js';
import { remoteReceiver, remoteScope, type OtlpProtocol } from '../../../src/testing/remote/index.js';
import { failureOf, names } from '../capture/tracing-tools.js';
import { runFixture, startService } from './child.js';

const PROTOCOLS: OtlpProtocol[] = ['http/protobuf', 'http/json'];

describe('remoteScope', () => {
  for (const protocol of PROTOCOLS) {
    for (const compression of ['none', 'gzip']) {
      it(`reads a service configured only by its environment, by ${protocol}, compression ${compression}`, async () => {
        await using scope = await remoteScope({ protocol });
        await using service = await startService({
          ...scope.env,
          OTEL_EXPORTER_OTLP_COMPRESSION: compression,
          OTEL_SERVICE_NAME: 'shop',
        });

        await service.get('/checkout', { traceparent: scope.traceparent });

        const trace = await scope.waitForTrace({ root: { name: 'GET /checkout', kind: 'server' } });
        const log = await scope.waitForLog('card.declined');
        expect(trace.traceId).to.equal(scope.traceId);
        expect(trace.roots[0]?.parentIsRemote).to.equal(true);
        expect(trace.roots[0]?.service).to.equal('shop');
        assertTrace(scope, {
          name: 'GET /checkout',
          service: 'shop',
          attributes: { 'url.path': '/checkout' },
          children: [
            { name: 'charge', status: 'error', attributes: { amount: 42 }, events: [{ name: 'card.declined' }] },
          ],
        });
        assertSpan(scope, { name: 'charge' });
        assertLog(scope, { body: 'declined', severity: 'WARN', span: { name: 'charge' } });
        expect(log.traceId).to.equal(scope.traceId);
        expect(scope.receiver.stats().rejected).to.have.property('bad_payload', 0);
      });
    }

    it(`returns by ${protocol} the same as capture in the process`, async () => {
      await using scope = await remoteScope({ protocol });
      const env = { ...scope.env, OTEL_SERVICE_NAME: 'shop' };

      const printed = JSON.parse(await runFixture('both-ways.mts', env)) as { spans: object[]; logs: object[] };

      const service = 'shop';
      expect(JSON.parse(JSON.stringify(scope.spans))).to.deep.equal(
        printed.spans.map((span) => ({ ...span, service })),
      );
      expect(JSON.parse(JSON.stringify(scope.logs))).to.deep.equal(printed.logs.map((log) => ({ ...log, service })));
    });
  }

  it('recognises a trace by itself when no traceparent was sent, as the only scope', async () => {
    await using scope = await remoteScope();
    await using service = await startService(scope.env);

    await service.get('/');

    await scope.waitForIdle();
    expect(names(scope.spans)).to.deep.equal(['GET /', 'charge']);
    scope.assertAllEnded();
  });

  it('assigns spans to two concurrent scopes by traceparent', async () => {
    await using receiver = await remoteReceiver();
    await using service = await startService(receiver.env);
    const [one, two] = [receiver.openScope(), receiver.openScope()];

    await Promise.all([
      service.get('/one', { traceparent: one.traceparent }),
      service.get('/two', { traceparent: two.traceparent }),
      service.get('/nobody'),
    ]);
    await Promise.all([one.waitForTrace(), two.waitForTrace()]);
    while (receiver.stats().spans < 6 || receiver.stats().logs < 3) await setTimeout(10);

    expect(names(one.spans)).to.deep.equal(['GET /one', 'charge']);
    expect(names(two.spans)).to.deep.equal(['GET /two', 'charge']);
    expect(names(one.unowned)).to.have.members(['GET /nobody', 'charge']);
    expect(receiver.stats().unownedLogs).to.equal(1);
    const [log] = one.unownedLogs;
    const span = one.unowned.find(({ spanId }) => spanId === log!.spanId);
    expect(span!.events.map(({ body }) => body)).to.deep.equal([log!.body]);
  });

  it('does not receive the late spans of the previous scope', async () => {
    await using receiver = await remoteReceiver();
    await using service = await startService(receiver.env);
    const first = receiver.openScope();
    await first.close();
    const second = receiver.openScope();

    await service.get('/late', { traceparent: first.traceparent });

    await first.waitForTrace();
    expect(second.spans).to.deep.equal([]);
    expect(second.explainNoSpans()).to.contain('owned by another scope: 2 spans');
  });

  it('reports that nothing was sent when a wait times out', async () => {
    await using scope = await remoteScope({ timeoutMillis: 10, name: 'checkout' });

    const error = await failureOf(scope.waitForSpan('GET /'));

    expect(error.name).to.equal('TraceTimeoutError');
    expect(error.message).to.match(
      /^no span matched GET \/ within 10 ms, in checkout\n\nNo span has arrived: nothing was sent to http:\/\/127\.0\.0\.1:\d+\./,
    );
    expect(error.stack?.slice(error.stack.indexOf('\n    at ')).split('\n')[1]).to.contain(
      'remote-scope.process.test.ts',
    );
  });

  it('listens on the loopback interface only', async () => {
    const host = '0.0.0.0' as '127.0.0.1';

    expect(await failureOf(remoteScope({ host }))).to.be.instanceOf(RangeError);
  });

  it('stays readable when it is closed, and accepts no further spans', async () => {
    const scope = await remoteScope();
    await scope.close();
    await scope.close();

    expect([scope.closed, scope.receiver.closed]).to.deep.equal([true, true]);
    expect(scope.spans).to.deep.equal([]);
    expect(await failureOf(fetch(scope.receiver.url))).to.be.instanceOf(TypeError);
  });
});

describe('A process with a receiver', () => {
  it('exits by itself', async () => {
    expect(await runFixture('forgets-to-close.mts', {})).to.equal('done\n');
  });
});
