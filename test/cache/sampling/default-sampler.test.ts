import { inspect } from 'node:util';
import { diag, DiagLogLevel, ROOT_CONTEXT, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import { defaultSampler } from '../../../src/cache/sampling/default-sampler.js';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '../../sdk.js';

/** Trace ids whose 32-bit parts combine to a bound of the tested ratios, or to its neighbour. */
const atBound = fc
  .tuple(fc.constantFrom(0, 0.1, 0.5, 1), fc.constantFrom(-1, 0, 1))
  .map(([ratio, more]) => BigInt(Math.floor(ratio * 0xffffffff) + more))
  .filter((id) => id > 0n && id < 2n ** 32n);

const traceId = fc
  .oneof(fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }), atBound)
  .map((id) => id.toString(16).padStart(32, '0'));

const parent = fc.record({
  traceFlags: fc.constantFrom(TraceFlags.NONE, TraceFlags.SAMPLED),
  isRemote: fc.boolean(),
  spanId: fc.constantFrom('b'.repeat(16), '0'.repeat(16)),
});

function decision(sampler: Sampler, context: Context, id: string): number {
  return sampler.shouldSample(context, id, 'span', 0, {}, []).decision;
}

/** Holds a sampler of ours against one of the SDK, for all trace ids and parents. */
function expectSameDecisions(ours: Sampler, sdk: Sampler): void {
  fc.assert(
    fc.property(traceId, fc.option(parent, { nil: undefined }), (id, spanContext) => {
      const context =
        spanContext === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, traceId: id });

      expect(decision(ours, context, id)).to.equal(decision(sdk, context, id));
    }),
  );
}

describe('The default sampler', () => {
  let errors: unknown[];

  beforeEach(() => {
    errors = [];
    const silent = () => {};
    diag.setLogger(
      { error: (...args) => errors.push(args.join(': ')), warn: silent, info: silent, debug: silent, verbose: silent },
      { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
    );
  });

  afterEach(() => {
    diag.disable();
  });

  const parentBased = (root: Sampler) => new ParentBasedSampler({ root });
  const SDK: [Record<string, string>, Sampler][] = [
    [{}, parentBased(new AlwaysOnSampler())],
    [{ OTEL_TRACES_SAMPLER: ' ' }, parentBased(new AlwaysOnSampler())],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, new AlwaysOnSampler()],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, new AlwaysOffSampler()],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, parentBased(new AlwaysOnSampler())],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, parentBased(new AlwaysOffSampler())],
    ...['0', '0.1', '0.5', '1'].flatMap((ratio): [Record<string, string>, Sampler][] => [
      [
        { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio },
        new TraceIdRatioBasedSampler(Number(ratio)),
      ],
      [
        { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio },
        parentBased(new TraceIdRatioBasedSampler(Number(ratio))),
      ],
    ]),
  ];

  for (const [env, sdk] of SDK) {
    const shown = Object.values(env).join(' ').trim() || 'no environment';

    it(`decides as the SDK's sampler does with ${shown}`, () => {
      expectSameDecisions(defaultSampler(env), sdk);

      expect(errors).to.deep.equal([]);
    });
  }

  it('reports an unknown name, and uses the default', () => {
    const sampler = defaultSampler({ OTEL_TRACES_SAMPLER: 'sometimes' });

    expectSameDecisions(sampler, parentBased(new AlwaysOnSampler()));
    expect(errors).to.deep.equal([
      'otel-span-cache: unknown OTEL_TRACES_SAMPLER "sometimes", using parentbased_always_on',
    ]);
  });

  for (const [given, shown] of [
    [undefined, ''],
    ['', ''],
    [' ', ''],
    ['half', 'half'],
    ['1.5', '1.5'],
    ['-1', '-1'],
  ]) {
    it(`reports the ratio ${inspect(given)}, and uses 1`, () => {
      const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: given };

      expectSameDecisions(defaultSampler(env), new AlwaysOnSampler());
      expect(errors).to.deep.equal([
        `otel-span-cache: OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got "${shown}", using 1`,
      ]);
    });
  }

  it("describes itself in the SDK's format", () => {
    const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' };

    expect(String(defaultSampler(env))).to.equal('ParentBased{root=TraceIdRatioBased{0.25}}');
    expect(String(defaultSampler({}))).to.equal('ParentBased{root=AlwaysOnSampler}');
    expect(String(defaultSampler({ OTEL_TRACES_SAMPLER: 'always_off' }))).to.equal('AlwaysOffSampler');
  });
});
