import { expect } from 'chai';
import { ConsoleClock } from '../../src/engine/console-clock.js';
import { Stacks } from '../../src/stacks/stacks.js';
import { NOON, traceOf } from '../stacks/traces.js';

const HOUR = 3_600_000;

describe('ConsoleClock', () => {
  let wall: number;
  let monotonic: number;
  let clock: ConsoleClock;

  beforeEach(() => {
    wall = NOON;
    monotonic = 5_000;
    clock = new ConsoleClock(
      () => wall,
      () => monotonic,
    );
  });

  function pass(millis: number): void {
    wall += millis;
    monotonic += millis;
  }

  it('is the wall clock', () => {
    pass(250);

    expect([clock.now(), clock.elapsed()]).to.deep.equal([NOON + 250, 5_250]);
  });

  it('goes on at the time of the wall after the machine has slept, so that no later span is late', () => {
    const stacks = new Stacks();
    stacks.add(traceOf({ name: 'a' }, clock.now()), clock.now());

    wall += 3 * HOUR;
    for (let i = 0; i < 10; i++) {
      pass(100);
      stacks.add(traceOf({ name: 'a', duration: 1 }, wall), clock.now());
    }

    expect(clock.now()).to.equal(wall);
    expect(stacks.stats().late).to.equal(0);
  });

  it('runs on while the wall clock is set back', () => {
    pass(1_000);
    const before = clock.now();

    wall -= 2 * HOUR;
    const times = [1, 2, 3].map(() => {
      pass(100);
      return clock.now() - before;
    });

    expect(times).to.deep.equal([100, 200, 300]);
  });

  it('never steps back, even if the monotonic clock does', () => {
    monotonic -= 1_000;
    wall -= 1_000;

    expect(clock.now()).to.equal(NOON);
  });
});
