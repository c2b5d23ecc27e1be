import { expect } from 'chai';
import { endConsoles, realConsole, type Answer, type RealConsole } from './real-console.js';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

const later = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** The clock of the service and the console, which are one process here. */
function moveClock(millis: number): void {
  const now = Date.now;
  restoreClock = () => (Date.now = now);
  Date.now = () => now() + millis;
}

let restoreClock: () => void = () => {};

describe('Time goes on', () => {
  afterEach(() => restoreClock());
  afterEach(endConsoles);

  const work = async ({ service: { tracer }, arrived }: RealConsole, spans: number): Promise<void> => {
    for (let at = 0; at < spans; at++) tracer.startSpan('work').end();
    await arrived(spans);
  };
  const rateOf = async ({ get }: RealConsole): Promise<number> => (await get('stats')).spansPerSecond;

  it('for the rate: it is 0 two seconds after the last span', async () => {
    const console = await realConsole();
    await work(console, 100);

    const during = await rateOf(console);
    await later(2_200);

    expect(during).to.be.greaterThan(0);
    expect(await rateOf(console)).to.equal(0);
  });

  it('for the rate, also if the clock was set back meanwhile', async () => {
    const console = await realConsole();
    await work(console, 100);

    moveClock(-HOUR);
    await later(2_200);

    expect(await rateOf(console)).to.equal(0);
  });

  it('for the axis: it moves on while nothing comes, and its end is now', async () => {
    const console = await realConsole();
    await work(console, 10);
    const client = await console.live('view=time&window=1m');
    const first = await client.frame(({ type }) => type === 'snapshot');

    await client.until(() =>
      client.frames.some(({ data }) => Number(data?.['to']) >= Number(first.data!['to']) + 2_000),
    );

    for (const { data, now } of client.frames) {
      if (data?.['to'] !== undefined) expect(Number(data['to'])).to.be.closeTo(now, 1_500);
    }
    const [before, after] = [
      await console.get('time?window=1m'),
      await later(1_100).then(() => console.get('time?window=1m')),
    ];
    expect(after.to).to.be.greaterThan(before.to);
  });

  it('with wrong times in spans: 40,000 samples from 1 h to 50 years off take no memory and leave the axis alone', async function () {
    this.timeout(120_000);
    const console = await realConsole();
    const { tracer } = console.service;
    await work(console, 10);
    const offsets = [-50 * YEAR, -YEAR, -HOUR - 60_000, HOUR + 60_000, YEAR, 50 * YEAR];
    const send = async (spans: number, already: number): Promise<Answer> => {
      for (let at = 0; at < spans; at++) {
        const start = Date.now() + offsets[at % offsets.length]! + at;
        tracer.startSpan('work', { startTime: start }).end(start + 5);
        if (at % 1_000 === 999) await later(5);
      }
      await console.arrived(already + spans);
      return console.get('stats');
    };

    // The ordinary samples are packed in their slot when the second is over.
    await later(1_100);
    const first = await send(6_000, 10);
    const second = await send(36_000, 6_010);
    const map = await console.get('time?window=5m');
    const { rows, late } = await console.get('stacks?window=5m');

    expect(first.coverage.lost.total + second.coverage.lost.total).to.equal(0);
    expect([first.stacks.late, second.stacks.late, late]).to.deep.equal([6_000, 42_000, 42_000]);
    expect(second.stacks.bytes).to.be.at.most(first.stacks.bytes);
    expect(map.to - map.from).to.be.at.most(5 * 60_000 + 10_000);
    expect((map.slots as Answer[]).reduce((sum, { calls }) => sum + calls, 0)).to.equal(10);
    expect((rows as Answer[]).map(({ name, calls }) => [name, calls])).to.deep.equal([['work', 10]]);
  });
});
