import { diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { receive } from '../../src/threads/index.js';
import { PromptDelivery } from '../../src/threads/prompt-delivery.js';
import { listenToErrors, startService, type Service } from '../scenarios/service.js';

interface Prompt extends Service {
  delivery: PromptDelivery;
  /** How often something arrived, and how often it was delivered. */
  calls: { arrived: number; delivered: number };
}

function startPrompt(service = startService(), onDelivered = () => {}): Prompt {
  service.cache.subscribe(() => {}, { orphans: true });
  const calls = { arrived: 0, delivered: 0 };
  const delivery = new PromptDelivery(
    service.cache,
    () => calls.arrived++,
    () => {
      calls.delivered++;
      onDelivered();
    },
  );
  return { ...service, delivery, calls };
}

async function microtasks(): Promise<void> {
  await Promise.resolve();
}

describe('PromptDelivery', () => {
  afterEach(() => diag.disable());

  it('is made once for all jobs that end before it', async () => {
    const { calls, start } = startPrompt();

    for (const name of ['a', 'b', 'c']) start(name).end();
    await microtasks();
    const first = { ...calls };
    start('d').end();
    await microtasks();

    expect([first, calls]).to.deep.equal([
      { arrived: 3, delivered: 1 },
      { arrived: 4, delivered: 2 },
    ]);
  });

  it('waits for the spans of a job, even if a span that started before it has ended meanwhile', async () => {
    const service = startService();
    const parent = trace.setSpan(ROOT_CONTEXT, service.start('of a job before'));
    const earlier = service.tracer.startSpan('earlier', {}, parent);
    const { calls, tracer } = startPrompt(service);

    earlier.end();
    await microtasks();
    const before = calls.delivered;
    const job = tracer.startSpan('job', {}, parent);
    tracer.startSpan('step', {}, trace.setSpan(ROOT_CONTEXT, job)).end();
    await microtasks();
    const during = calls.delivered;
    job.end();
    await microtasks();

    expect([before, during, calls.delivered]).to.deep.equal([1, 1, 2]);
  });

  it('has not seen spans and orphans that another cache has handed over', async () => {
    const { cache, delivery, start } = startPrompt();
    start('seen').end();
    await microtasks();
    const own = delivery.hasSeen(cache.stats());

    receive(cache, { droppedOrphans: 1 });

    expect([own, delivery.hasSeen(cache.stats())]).to.deep.equal([true, false]);
  });

  it('ends when it is closed', async () => {
    const { cache, calls, delivery, start } = startPrompt();

    delivery.close();
    start('span').end();
    await microtasks();

    expect(calls).to.deep.equal({ arrived: 0, delivered: 0 });
    expect(cache.stats().spans.queued).to.equal(1);
  });

  it('reports an error, and continues', async () => {
    const errors: unknown[] = [];
    listenToErrors((...args) => errors.push(args[1]));
    const { calls, start } = startPrompt(startService(), () => {
      throw new Error('broken');
    });

    for (const name of ['a', 'b']) {
      start(name).end();
      await microtasks();
    }

    expect(errors).to.deep.equal(Array.from({ length: 2 }, () => 'the delivery to another thread failed'));
    expect(calls).to.deep.equal({ arrived: 2, delivered: 2 });
  });
});
