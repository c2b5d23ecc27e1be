import { INVALID_SPANID, type Link, type SpanContext } from '@opentelemetry/api';
import { expect } from 'chai';
import { LOST, Ownership, type Claim, type Owner } from '../../../src/testing/capture/ownership.js';
import { ScopeRecords } from '../../../src/testing/capture/scope-records.js';

const LIMITS = { maxSpansPerScope: 10, maxLogsPerScope: 10 };

function setUp() {
  const ownership = new Ownership();
  const scope = (name: string) => new ScopeRecords(name, { spans: 0, unownedLogs: 0 }, LIMITS, ownership.opened);
  const owner = (claim: Partial<Claim>, mayBelongToOnlyScope = true): Owner =>
    ownership.attribute(
      { traceId: 'new', parent: undefined, links: [], asyncScope: undefined, ...claim },
      mayBelongToOnlyScope,
    ).owner;
  return { ownership, scope, owner };
}

const linkTo = (traceId: string): Link => ({ context: { traceId, spanId: INVALID_SPANID, traceFlags: 1 } });
const parent = (isRemote: boolean): SpanContext => ({ traceId: 't', spanId: 'p', traceFlags: 1, isRemote });

describe('Ownership', () => {
  it('follows the async context first', () => {
    const { scope, owner } = setUp();
    const [one, two] = [scope('one'), scope('two')];
    owner({ traceId: 't', asyncScope: one });

    expect(owner({ traceId: 't', asyncScope: two, parent: parent(false) })).to.equal(two);
  });

  it('follows the trace next: its first owner stays its owner', () => {
    const { scope, owner } = setUp();
    const [one, two] = [scope('one'), scope('two')];
    owner({ traceId: 't', asyncScope: one });
    owner({ traceId: 't', asyncScope: two });
    two.keepOpen();

    expect(owner({ traceId: 't' })).to.equal(one);
  });

  it('follows the trace before the async context if the parent is remote', () => {
    const { scope, owner } = setUp();
    const [one, two] = [scope('one'), scope('two')];
    owner({ traceId: 't', asyncScope: one });

    expect(owner({ traceId: 't', asyncScope: two, parent: parent(true) })).to.equal(one);
  });

  it('follows the owner of linked traces, who then owns the new trace', () => {
    const { scope, owner } = setUp();
    const one = scope('one');
    owner({ traceId: 'a', asyncScope: one });
    owner({ traceId: 'b', asyncScope: one });

    expect(owner({ traceId: 'c', links: [linkTo('a'), linkTo('b')] })).to.equal(one);
    expect(owner({ traceId: 'c' })).to.equal(one);
  });

  it('is undecided if links lead to different owners, even if only one scope is open', () => {
    const { scope, owner } = setUp();
    const [one, two] = [scope('one'), scope('two')];
    owner({ traceId: 'a', asyncScope: one });
    owner({ traceId: 'b', asyncScope: two });
    two.keepOpen();

    expect(owner({ links: [linkTo('a'), linkTo('b')] })).to.equal(undefined);
  });

  it('ignores links if one of them has no owner', () => {
    const { scope, owner } = setUp();
    owner({ traceId: 'a', asyncScope: scope('one') });

    expect(owner({ links: [linkTo('a'), linkTo('elsewhere')] })).to.equal(undefined);
  });

  it('falls back to the only open scope', () => {
    const { scope, owner } = setUp();
    const one = scope('one');
    one.keepOpen();

    expect(owner({})).to.equal(one);
  });

  it('is undecided if two scopes or none are open, or if the trace may be older than the scope', () => {
    const { scope, owner } = setUp();
    const openings = [scope('one').keepOpen(), scope('two').keepOpen()];

    expect(owner({ traceId: 'x' })).to.equal(undefined);
    openings[0]!.close();
    expect(owner({ traceId: 'x' }, false)).to.equal(undefined);
    openings[1]!.close();
    expect(owner({ traceId: 'x' })).to.equal(undefined);
  });

  it('treats a scope as open while anything keeps it open', () => {
    const { ownership, scope } = setUp();
    const one = scope('one');
    const [first, second] = [one.keepOpen(), one.keepOpen()];

    first.close();
    first.close();
    expect(ownership.onlyScope()).to.equal(one);
    second.close();
    expect(ownership.onlyScope()).to.equal(undefined);
  });

  it('is lost, and passes to no other scope, when the owner of its trace was forgotten', () => {
    const { ownership, scope, owner } = setUp();
    const forgotten = scope('forgotten');
    owner({ traceId: 't', asyncScope: forgotten });
    (forgotten.weak as { deref(): unknown }).deref = () => undefined;
    scope('other').keepOpen();

    expect(owner({ traceId: 't' })).to.equal(LOST);
    expect(ownership.ofTrace('t')).to.equal(LOST);
  });
});
