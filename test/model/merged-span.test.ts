import { inspect } from 'node:util';
import { expect } from 'chai';
import { trap } from '../hostile-values.js';
import { names, startService } from '../scenarios/service.js';

describe('MergedSpan', () => {
  it('shows its members when inspected', () => {
    const { cache, start, log } = startService();
    const store = cache.store();
    const span = start('job');
    log(span, 'a line');
    span.end();
    const [merged] = store.getFinishedSpans();

    const text = inspect(merged, { depth: 4 });

    expect(text).to.contain("name: 'job'").and.to.contain("name: 'a line'");
    expect(text).to.contain(span.spanContext().spanId);
  });

  it('shows a mark for unreadable members when inspected', () => {
    const { cache, start, log } = startService();
    const store = cache.store();
    const span = start('job');
    log(span, 'a line');
    span.end();
    Object.defineProperty(span, 'status', trap);
    const [merged] = store.getFinishedSpans();

    expect(inspect(merged)).to.contain("name: 'job'").and.to.contain("status: '[unreadable]'");
  });

  it('is shown by its name in a list of spans', () => {
    const { cache, start, log } = startService();
    const store = cache.store();
    const [one, two] = [start('one'), start('two')];
    log(one, 'x');
    one.end();
    two.end();

    expect(names(store.getFinishedSpans())).to.deep.equal(['one', 'two']);
  });
});
