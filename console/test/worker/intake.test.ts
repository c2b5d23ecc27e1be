import { ROOT_CONTEXT, trace as traceApi } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import { SpanPacker, SpanUnpacker, type PackedBatch } from 'otel-span-cache/threads';
import type { LogRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { Intake } from '../../src/worker/intake.js';
import { SeenProcesses } from '../../src/worker/seen-processes.js';
import { testService, type TestService } from '../service.js';
import { until } from '../until.js';

function newIntake() {
  const processes = new SeenProcesses();
  const traces: TraceRow[] = [];
  const logs: LogRow[] = [];
  let arrived = 0;
  const intake = new Intake(processes, {
    onTrace: (trace) => traces.push(trace),
    onLog: (log) => logs.push(log),
    onSpans: (spans) => (arrived += spans),
  });
  return { intake, processes, traces, logs, arrived: () => arrived };
}

/** The batch that a service's feed would pack for the code. */
function packed(service: TestService, packer: SpanPacker, code: () => void): PackedBatch {
  const subscription = service.cache.subscribe({ orphans: true });
  code();
  service.cache.flush();
  const batch = subscription.take()!;
  subscription.close();
  return packer.pack(batch);
}

describe('Intake', () => {
  let service: TestService;
  beforeEach(() => (service = testService()));
  afterEach(() => service.shutdown());

  it('puts the spans of several processes together to one trace, each with its process', async () => {
    const { intake, processes, traces, arrived } = newIntake();
    const shop = processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });
    const bank = processes.add({ origin: 'joined', service: 'other', pid: 2, resource: {} });
    const packers = [new SpanPacker(), new SpanPacker()] as const;
    const root = service.tracer.startSpan('root');
    const child = packed(service, packers[1], () => {
      service.tracer.startSpan('child', {}, traceApi.setSpan(ROOT_CONTEXT, root)).end();
    });
    const parent = packed(service, packers[0], () => root.end());

    intake.source(bank).take(child);
    intake.source(shop).take(parent);
    await until(() => traces.length);

    expect(traces).to.have.length(1);
    const [trace] = traces;
    expect(trace!.complete).to.equal(true);
    const places = trace!.spans.map((span) => [span.name, span.process.id]);
    expect(Object.fromEntries(places)).to.deep.equal({ root: shop.id, child: bank.id });
    expect(trace!.spans[0]!.attributes).to.deep.equal({});
    expect(arrived()).to.equal(2);
    intake.close();
  });

  it('names a process by the first resource that has a service name', () => {
    const { intake, processes } = newIntake();
    const host = processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });

    intake.source(host).take(packed(service, new SpanPacker(), () => service.tracer.startSpan('work').end()));

    expect(processes.list()).to.deep.equal([
      {
        id: 1,
        origin: 'host',
        pid: 1,
        state: 'connected',
        received: 1,
        lost: 0,
        service: 'shop',
        resource: { 'service.name': 'shop' },
      },
    ]);
  });

  it('keeps the name of the program if the SDK has none for the service', async () => {
    const { intake, processes } = newIntake();
    const host = processes.add({ origin: 'host', service: 'app', pid: 1, resource: {} });
    const nameless = testService({ resource: resourceFromAttributes({ 'service.name': 'unknown_service:node' }) });

    intake.source(host).take(packed(nameless, new SpanPacker(), () => nameless.tracer.startSpan('work').end()));
    await nameless.shutdown();

    expect(processes.list()[0]).to.deep.include({
      service: 'app',
      resource: { 'service.name': 'unknown_service:node' },
    });
  });

  it('hands on log records without a span', () => {
    const { intake, processes, logs } = newIntake();
    const host = processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });

    intake
      .source(host)
      .take(packed(service, new SpanPacker(), () => service.logger.emit({ body: 'alone', context: ROOT_CONTEXT })));

    expect(logs.map(({ event }) => event.log?.body)).to.deep.equal(['alone']);
    expect(logs[0]!.process).to.equal(host);
  });

  it('keeps every member of a span whose numbers and texts need no change, and cuts long texts', () => {
    const { intake, processes, traces } = newIntake();
    const host = processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });
    const attributes = { text: 'a', number: 1.5, yes: true, list: ['b', 'c'], long: 'x'.repeat(10_000) };

    intake.source(host).take(
      packed(service, new SpanPacker(), () => {
        service.tracer.startSpan('plain', { kind: 2, attributes: { text: 'a', number: 1.5, yes: true } }).end();
        service.tracer
          .startSpan('cut', {
            attributes,
            links: [{ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } }],
          })
          .end();
      }),
    );
    intake.close();

    const [plain, cut] = traces.map(({ root }) => root);
    expect(plain).to.include({ name: 'plain', kind: 2, status: 0, scope: 'shop', parentSpanId: undefined });
    expect(plain!.attributes).to.deep.equal({ text: 'a', number: 1.5, yes: true });
    expect(plain!.duration).to.be.greaterThanOrEqual(0);
    expect(cut!.attributes).to.deep.equal({ ...attributes, long: `${'x'.repeat(8_192)}… [cut]` });
    expect(cut!.links).to.deep.equal([{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: {} }]);
  });

  it('makes the same row of a span that needs a careful look as of one that does not', () => {
    const [one, other] = [newIntake(), newIntake()];
    const host = one.processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });
    const batch = packed(service, new SpanPacker(), () => {
      service.tracer
        .startSpan('work', { kind: 1, attributes: { text: 'a', 'thread.id': 3 } })
        .addEvent('event')
        .end();
    });

    one.intake.source(host).take(batch);
    other.intake.otlp.accept(host, new SpanUnpacker().unpack(batch));
    one.intake.close();
    other.intake.close();

    expect(one.traces[0]!.root.thread).to.equal(3);
    expect(other.traces).to.deep.equal(one.traces);
  });

  it('counts losses reported by a batch, and rejects data that no packer writes', () => {
    const { intake, processes } = newIntake();
    const host = processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });
    const source = intake.source(host);

    source.take(new SpanPacker().pack({ dropped: 3 }));

    expect(processes.list()[0]).to.include({ lost: 3, received: 0 });
    expect(() => source.take({ version: 99 })).to.throw(TypeError);
    expect(intake.losses).to.deep.equal({ unreadable: 0, refused: 0, logs: 0 });
  });

  it('counts log records that joined processes lost, but not lost ones of the host: it counts them itself', () => {
    const { intake, processes } = newIntake();
    const host = processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} });
    const bank = processes.add({ origin: 'joined', service: 'bank', pid: 2, resource: {} });

    intake.source(host).take(new SpanPacker().pack({ droppedOrphans: 4 }));
    intake.source(bank).take(new SpanPacker().pack({ droppedOrphans: 2 }));

    expect(intake.losses.logs).to.equal(2);
  });
});

describe('SeenProcesses', () => {
  it('keeps the losses of processes that it no longer lists', () => {
    const processes = new SeenProcesses();
    processes.count(processes.add({ origin: 'host', service: 'main', pid: 1, resource: {} }), 1, 50);
    for (let index = 0; index < 1_200; index++) {
      const process = processes.add({ origin: 'joined', service: 'bank', pid: 2, resource: {} });
      processes.count(process, 1, 1);
      processes.end(process);
    }

    expect(processes.list().length).to.be.at.most(1_000);
    expect(processes.lostByOthers).to.equal(1_200);
  });
});
