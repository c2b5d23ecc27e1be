import { ROOT_CONTEXT, trace, type Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import fc from 'fast-check';
import type { DeliveredSpan, OrphanEvent, SpanCache } from 'otel-span-cache';
import { packedToBytes, SpanPacker, SpanUnpacker } from 'otel-span-cache/threads';
import { rulesOf } from '../../src/host/masking.js';
import { Redaction } from '../../src/host/redaction.js';
import { runs } from '../../../test/property-runs.js';
import { testService } from '../service.js';

/** Stands for every secret in these tests. */
const SECRET = 'S3CR3T-value';

/** The items that a cache delivers when the code runs. */
function delivered(
  { cache }: { readonly cache: SpanCache },
  code: () => void,
): { readonly spans: readonly DeliveredSpan[]; readonly orphans: readonly OrphanEvent[] } {
  const subscription = cache.subscribe({ orphans: true });
  code();
  cache.flush();
  const { spans, orphans } = subscription.take()!;
  subscription.close();
  return { spans, orphans };
}

function spanWith(attributes: Attributes): DeliveredSpan {
  const service = testService();
  const { spans } = delivered(service, () => service.tracer.startSpan('checkout', { attributes }).end());
  return spans[0]!;
}

/** The bytes that would leave the main thread, as text. */
function wireText(redaction: Redaction, spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[] = []): string {
  const batch = new SpanPacker().pack({
    spans: spans.map((span) => redaction.span(span)!),
    orphans: orphans.map((orphan) => redaction.orphan(orphan)!),
  });
  return Buffer.from(packedToBytes(batch)).toString('latin1');
}

const redaction = () => new Redaction(rulesOf(undefined));

describe('Redaction', () => {
  it('gives out the very span if there is nothing to mask', () => {
    const span = spanWith({ 'http.route': '/orders', items: 3, tags: ['a', 'b'], ok: true });

    expect(redaction().span(span)).to.equal(span);
  });

  it('masks the value of a key that names a secret, and leaves the span of the SDK as it is', () => {
    const span = spanWith({ 'http.request.header.authorization': ['Bearer abc'], 'http.route': '/orders' });

    const masked = redaction().span(span)!;

    expect(masked.attributes).to.deep.equal({
      'http.request.header.authorization': '[masked]',
      'http.route': '/orders',
    });
    expect(span.attributes['http.request.header.authorization']).to.deep.equal(['Bearer abc']);
  });

  it('keeps everything else of a span that it masks', () => {
    const span = spanWith({ password: 'x' });

    const batch = new SpanPacker().pack({ spans: [redaction().span(span)!] });
    const [arrived] = new SpanUnpacker().unpack(batch).spans;

    for (const member of ['name', 'kind', 'startTime', 'endTime', 'duration', 'status', 'ended', 'links'] as const) {
      expect(arrived![member], member).to.deep.equal(span[member]);
    }
    expect(arrived!.spanContext().spanId).to.equal(span.spanContext().spanId);
    expect(arrived!.instrumentationScope.name).to.equal('shop');
  });

  it('masks in events, links, log bodies, log attributes and orphans, however deep', () => {
    const service = testService();
    const { tracer, logger } = service;
    const { spans, orphans } = delivered(service, () => {
      const other = tracer.startSpan('other');
      const span = tracer.startSpan('checkout', {
        links: [{ context: other.spanContext(), attributes: { token: SECRET } }],
      });
      span.addEvent('sent', { cookie: SECRET });
      const context = trace.setSpan(ROOT_CONTEXT, span);
      logger.emit({ body: { user: { password: SECRET, name: 'ann' } }, context });
      logger.emit({ body: 'line', attributes: { headers: { 'set-cookie': [SECRET] } }, context });
      logger.emit({ body: [{ api_key: SECRET }], context: ROOT_CONTEXT });
      span.end();
    });

    const text = wireText(redaction(), spans, orphans);

    expect(text).not.to.include(SECRET);
    expect(text.split('[masked]').length - 1).to.be.at.least(1);
    const log = redaction()
      .span(spans[0]!)!
      .events.find((event) => 'body' in event && event.name === 'log');
    expect(log).to.have.deep.property('body', { user: { password: '[masked]', name: 'ann' } });
    expect(orphans).to.have.length(1);
  });

  it('masks the attributes of the resource, including late ones', async () => {
    let settle = (_: string): void => {};
    const late = new Promise<string>((resolve) => (settle = resolve));
    const resource = resourceFromAttributes({ 'service.name': 'shop', 'db.password': SECRET, secret: late });
    const service = testService({ resource });
    const { spans } = delivered(service, () => service.tracer.startSpan('checkout').end());
    const redacted = redaction();
    const packer = new SpanPacker();
    const unpacker = new SpanUnpacker();

    const first = packer.pack({ spans: [redacted.span(spans[0]!)!] });
    settle(SECRET);
    await resource.waitForAsyncAttributes?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = packer.pack({ spans: [redacted.span(spans[0]!)!] });

    const texts = [first, second].map((batch) => Buffer.from(packedToBytes(batch)).toString('latin1'));
    expect(texts.join('')).not.to.include(SECRET);
    unpacker.unpack(first);
    const [span] = unpacker.unpack(second).spans;
    expect(span!.resource.attributes).to.deep.equal({
      'service.name': 'shop',
      'db.password': '[masked]',
      secret: '[masked]',
    });
  });

  it('gives out the very resource of the SDK if it has no secrets', () => {
    const span = spanWith({ password: 'x' });

    expect(redaction().span(span)!.resource).to.equal(span.resource);
  });

  it('cuts long texts, and says how long they were', () => {
    const long = 'x'.repeat(10_000);
    const span = spanWith({ statement: long, tags: [long, 'short'] });

    const { attributes } = redaction().span(span)!;

    const cut = `${'x'.repeat(8_192)}… [cut, 10000 characters]`;
    expect(attributes).to.deep.equal({ statement: cut, tags: [cut, 'short'] });
  });

  it('masks what further patterns match', () => {
    const redacted = new Redaction(rulesOf([/iban/i, /^card\./]));

    const { attributes } = redacted.span(spanWith({ 'customer.IBAN': '1', 'card.number': '2', password: '3', id: 4 }))!;

    expect(attributes).to.deep.equal({
      'customer.IBAN': '[masked]',
      'card.number': '[masked]',
      password: '[masked]',
      id: 4,
    });
  });

  it('calls a function for each value, and masks if it fails or returns nothing', () => {
    const redacted = new Redaction(
      rulesOf((key, value) => {
        if (key === 'broken') throw new Error('no');
        if (key === 'none') return undefined;
        return typeof value === 'string' ? value.replaceAll('ann', '***') : value;
      }),
    );

    const { attributes } = redacted.span(spanWith({ user: 'ann', broken: 'b', none: 'n', count: 2, token: 't' }))!;

    expect(attributes).to.deep.equal({
      user: '***',
      broken: '[masked]',
      none: '[masked]',
      count: 2,
      token: '[masked]',
    });
  });

  it('masks nothing with false, and cuts all the same', () => {
    const redacted = new Redaction(rulesOf(false));

    const { attributes } = redacted.span(spanWith({ password: 'x', text: 'y'.repeat(9_000) }))!;

    expect(attributes['password']).to.equal('x');
    expect(attributes['text']).to.have.length.below(8_300);
  });

  it('ends with values that contain themselves, and with large ones', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring['self'] = ring;
    ring['both'] = [ring, ring];
    const service = testService();
    const { orphans } = delivered(service, () => service.logger.emit({ body: ring as never, context: ROOT_CONTEXT }));

    const masked = redaction().orphan(orphans[0]!)!;

    expect(JSON.stringify(masked.body).length).to.be.below(1_000_000);
  });

  it('shows a value that cannot be read as such, and keeps the others', () => {
    const span = spanWith({ id: 1 });
    const attributes = {
      password: 'x',
      get broken(): string {
        throw new Error('no');
      },
    };

    const masked = redaction().span({ ...span, attributes, spanContext: span.spanContext })!;

    expect(masked.attributes).to.deep.equal({ password: '[masked]', broken: '[unreadable]' });
  });

  it('has no answer for a span that cannot be read', () => {
    const span = spanWith({});
    const broken = Object.defineProperty({ ...span }, 'attributes', {
      get() {
        throw new Error('no');
      },
    });

    expect(redaction().span(broken)).to.equal(undefined);
  });

  it('masks every value of a secret key in any surroundings (property)', () => {
    const secretKey = fc.constantFrom(
      'authorization',
      'x-api-key',
      'userPassword',
      'set-cookie',
      'client_secret',
      'token',
    );
    const secretValue = fc.oneof(
      fc.constant<unknown>(SECRET),
      fc.constant([SECRET, 'b']),
      fc.constant({ a: { b: SECRET } }),
      fc.constant(new Map([['a', SECRET]])),
      fc.constant(new Set([SECRET])),
      fc.constant({ toString: () => SECRET }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string(),
        fc.double(),
        fc.constant(null),
        tie('list'),
        tie('map'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      map: members(tie('value')).map((entries) => new Map(Object.entries(entries))),
      object: members(tie('value')),
    }));
    function members(inner: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
      return fc
        .tuple(
          fc.dictionary(fc.string(), inner, { maxKeys: 4 }),
          fc.array(fc.tuple(secretKey, secretValue), { maxLength: 2 }),
        )
        .map(([plain, secrets]) => ({ ...plain, ...Object.fromEntries(secrets) }));
    }
    const span = spanWith({});

    fc.assert(
      fc.property(members(value), value, (attributes, body) => {
        const before = JSON.stringify(attributes);
        const log = { name: 'log', time: [1, 2], attributes, body, observedTime: [1, 2], severityNumber: 9 };
        const shown = {
          ...span,
          spanContext: span.spanContext,
          attributes,
          events: [{ name: 'event', time: [1, 2], attributes }, log],
          links: [{ context: span.spanContext(), attributes }],
        } as unknown as DeliveredSpan;
        const orphan = { ...log, reason: 'no_span', spanContext: undefined } as unknown as OrphanEvent;

        expect(wireText(redaction(), [shown], [orphan])).not.to.include(SECRET);
        expect(JSON.stringify(attributes)).to.equal(before);
      }),
      { numRuns: runs(300) },
    );
  });
});
