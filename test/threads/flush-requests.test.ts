import { expect } from 'chai';
import { FlushRequests } from '../../src/threads/flush-requests.js';

const NEVER = new Promise<void>(() => {});

/** Records which of the waits are over. */
function watch(waits: Promise<void>[]): number[] {
  const over: number[] = [];
  for (const [i, wait] of waits.entries()) void wait.then(() => over.push(i));
  return over;
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('FlushRequests', () => {
  it('send one request for all callers that wait during a flush, once that flush is answered', async () => {
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

  it('send no further request while a relay does not answer, after any number of timeouts', async () => {
    const asked: number[] = [];
    const requests = new FlushRequests((flush) => asked.push(flush));

    for (let i = 0; i < 100; i++) await requests.wait(Promise.resolve());

    expect(asked).to.deep.equal([1]);
  });

  it('do not mistake a late answer for the answer to the current flush', async () => {
    const requests = new FlushRequests(() => {});
    const first = watch([requests.wait(NEVER)]);
    requests.giveUp();

    const second = watch([requests.wait(NEVER)]);
    requests.answered(1);
    await turn();

    expect([first, second]).to.deep.equal([[0], []]);
  });

  it('release all callers once no further answer can arrive', async () => {
    const requests = new FlushRequests(() => {});
    const over = watch([requests.wait(NEVER), requests.wait(NEVER)]);

    requests.end();
    await turn();

    expect(over).to.deep.equal([0, 1]);
  });
});
