import { expect } from 'chai';
import { spy } from 'sinon';
import { batch, effect, Reader, signal } from '../../../page/state/signal.js';

describe('signal', () => {
  describe('effect', () => {
    it('runs at once, and after each change of a signal that it has read', () => {
      const count = signal(1);
      const seen: number[] = [];

      effect(() => void seen.push(count.value));
      count.value = 2;
      count.value++;

      expect(seen).to.deep.equal([1, 2, 3]);
    });

    it('does not run when a signal gets the value that it has', () => {
      const count = signal(1);
      const run = spy(() => void count.value);
      effect(run);

      count.value = 1;

      expect(run.callCount).to.equal(1);
    });

    it('does not follow a value that it has peeked at', () => {
      const count = signal(1);
      const run = spy(() => void count.peek());
      effect(run);

      count.value = 2;

      expect(run.callCount).to.equal(1);
    });

    it('follows only the signals that its last run has read', () => {
      const chosen = signal<'a' | 'b'>('a');
      const values = { a: signal(1), b: signal(1) };
      const run = spy(() => void values[chosen.value].value);
      effect(run);
      chosen.value = 'b';
      run.resetHistory();

      values.a.value = 2;
      const afterOld = run.callCount;
      values.b.value = 2;

      expect([afterOld, run.callCount]).to.deep.equal([0, 1]);
    });

    it('cleans up before the next run and at its end, then stands still', () => {
      const count = signal(1);
      const steps: string[] = [];
      const end = effect(() => {
        const { value } = count;
        steps.push(`run ${value}`);
        return () => steps.push(`clean up ${value}`);
      });

      count.value = 2;
      end();
      count.value = 3;

      expect(steps).to.deep.equal(['run 1', 'clean up 1', 'run 2', 'clean up 2']);
    });

    it('does not run again for its own change', () => {
      const count = signal(1);
      const run = spy(() => void count.value++);

      effect(run);

      expect([run.callCount, count.peek()]).to.deep.equal([1, 2]);
    });

    it('runs others whose signal it changes', () => {
      const asked = signal(1);
      const answer = signal(0);
      const seen: number[] = [];
      effect(() => void (answer.value = asked.value * 10));
      effect(() => void seen.push(answer.value));

      asked.value = 2;

      expect(seen).to.deep.equal([10, 20]);
    });

    it('follows nothing more than it reads itself when another effect begins in it', () => {
      const outer = signal(1);
      const inner = signal(1);
      const run = spy(() => {
        effect(() => void inner.value);
        return void outer.value;
      });
      effect(run);

      inner.value = 2;
      const afterInner = run.callCount;
      outer.value = 2;

      expect([afterInner, run.callCount]).to.deep.equal([1, 2]);
    });
  });

  describe('Reader', () => {
    it('reports a change of the signals that the last calculation has read, until its end', () => {
      const chosen = signal<'a' | 'b'>('a');
      const values = { a: signal(1), b: signal(2) };
      const changed = spy();
      const reader = new Reader(changed);
      const calculate = () => reader.read(() => values[chosen.value].value);

      const first = calculate();
      chosen.value = 'b';
      const second = calculate();
      values.a.value = 3;
      const counts = [changed.callCount];
      values.b.value = 4;
      counts.push(changed.callCount);
      reader.end();
      values.b.value = 5;
      counts.push(changed.callCount);

      expect([first, second]).to.deep.equal([1, 2]);
      expect(counts).to.deep.equal([1, 2, 2]);
    });

    it('reports nothing after its end in the middle of a batch', () => {
      const count = signal(1);
      const changed = spy();
      const reader = new Reader(changed);
      reader.read(() => count.value);

      batch(() => {
        count.value = 2;
        reader.end();
      });

      expect(changed.callCount).to.equal(0);
    });
  });

  describe('batch', () => {
    it('runs an effect once after several changes, also in batches within it', () => {
      const a = signal(1);
      const b = signal(1);
      const seen: number[] = [];
      effect(() => void seen.push(a.value + b.value));

      batch(() => {
        a.value = 10;
        batch(() => (b.value = 20));
        a.value = 11;
      });

      expect(seen).to.deep.equal([2, 31]);
    });

    it('runs effects even if it ends by an error', () => {
      const count = signal(1);
      const seen: number[] = [];
      effect(() => void seen.push(count.value));

      const change = (): void =>
        batch(() => {
          count.value = 2;
          throw new Error('no');
        });

      expect(change).to.throw('no');
      expect(seen).to.deep.equal([1, 2]);
    });
  });
});
