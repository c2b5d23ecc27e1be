import { expect } from 'chai';
import { FlushRequests } from '../../src/threads/flush-requests.js';

const NEVER = new Promise<void>(() => {});

/** Which of some waits are over. */
function watch(waits: Promise<void>[]): number[] {
  const over: number[] = [];
  for (const [i, wait] of waits.entries()) void wait.then(() => over.push(i));
  return over;
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('FlushRequests', () => {
  it('ask once for all who come while a flush is under way, when that is answered', async () => {
    const asked: number[] = [];
    const requests = new FlushRequests((flush) => asked.push(flush));

    const over = watch([requests.wait(NEVER), requests.wait(NEVER), requests.wait(NEVER)]);
    const atOnce = [...asked];
    requests.answered(1);
    await turn();
    const then = [...over];
    requests.answered(2);
    await turn();

    expect([atOnce, asked]).to.deep.equal([[1], [1, 2]]);
    expect([then, over]).to.deep.equal([[0], [0, 1, 2]]);
  });

  it('ask for nothing more while a relay does not answer, however often the time is up', async () => {
    const asked: number[] = [];
    const requests = new FlushRequests((flush) => asked.push(flush));

    for (let i = 0; i < 100; i++) await requests.wait(Promise.resolve());

    expect(asked).to.deep.equal([1]);
  });

  it('take no late answer for that to the flush under way', async () => {
    const requests = new FlushRequests(() => {});
    const first = watch([requests.wait(NEVER)]);
    requests.giveUp();

    const second = watch([requests.wait(NEVER)]);
    requests.answered(1);
    await turn();

    expect([first, second]).to.deep.equal([[0], []]);
  });

  it('let nobody wait once no answer comes any more', async () => {
    const requests = new FlushRequests(() => {});
    const over = watch([requests.wait(NEVER), requests.wait(NEVER)]);

    requests.end();
    await turn();

    expect(over).to.deep.equal([0, 1]);
  });
});
