import { expect } from 'chai';
import { printTraces, type Handle, type SpanCache } from '../../src/index.js';
import { onDemand, receiveSpans, relaySpans } from '../../src/threads/index.js';
import { InMemorySpanExporter } from '../sdk.js';
import { startService } from './service.js';

/** Everything that goes on until it is ended. */
const HANDLES: Record<string, (cache: SpanCache) => Handle> = {
  'subscribe()': (cache) => cache.subscribe(),
  'subscribe(callback)': (cache) => cache.subscribe(() => {}),
  'subscribeToTraces()': (cache) => cache.subscribeToTraces(() => {}),
  'printTraces()': (cache) => printTraces(cache, { write: () => {} }),
  'addExporter()': (cache) => cache.addExporter(new InMemorySpanExporter()),
  'store()': (cache) => cache.store(),
  'sampling.onChange()': (cache) => cache.sampling.onChange(() => {}),
  'filter.onChange()': (cache) => cache.filter.onChange(() => {}),
  'onDemand()': (cache) => onDemand(cache, () => {}),
  'receiveSpans()': (cache) => receiveSpans(cache),
};

describe('The handle', () => {
  for (const [name, open] of Object.entries(HANDLES)) {
    describe(`of ${name}`, () => {
      it('shows whether it is closed, and may be closed twice', () => {
        const handle = open(startService().cache);

        expect(handle.closed).to.equal(false);
        handle.close();
        handle.close();
        expect(handle.closed).to.equal(true);
      });

      it('is closed by the end of a block that uses it', () => {
        const handle = open(startService().cache);

        handle[Symbol.dispose]();

        expect(handle.closed).to.equal(true);
      });
    });
  }

  it('of relaySpans() is closed from the start if nothing receives', () => {
    const relay = relaySpans(startService().cache);

    relay[Symbol.dispose]();

    expect(relay.closed).to.equal(true);
  });

  it('is closed with its cache', async () => {
    const { cache } = startService();
    const names = [
      'subscribe()',
      'subscribe(callback)',
      'subscribeToTraces()',
      'printTraces()',
      'addExporter()',
      'store()',
    ];
    const ended = names.map((name) => HANDLES[name]!(cache));

    await cache.shutdown();

    expect(ended.map(({ closed }) => closed)).to.deep.equal(names.map(() => true));
  });
});

describe('The properties of a cache', () => {
  it('are plain, except for the exporter, which is created when it is first read', () => {
    const { cache } = startService();

    const plain = Object.entries(Object.getOwnPropertyDescriptors(cache)).filter(
      ([, { value }]) => value !== undefined,
    );

    expect(plain.map(([name]) => name)).to.have.members([
      'spanProcessor',
      'logRecordProcessor',
      'sampling',
      'filter',
      'tracksOpenSpans',
    ]);
    expect(cache.exporter).to.equal(cache.exporter);
  });
});
