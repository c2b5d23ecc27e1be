import { expect } from 'chai';
import { whyChoiceHasNoEffect, whyNothingIsPrinted } from '../../../src/register/print/why-nothing-printed.js';

describe('whyNothingIsPrinted()', () => {
  const unless = 'unless OTEL_SPAN_CACHE_SAMPLING_RATIO or the program adds some';
  const none = `no traces are sampled, so none are printed ${unless}`;
  const ratio = (name: string, value: string) => ({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: value });
  const CASES: [env: Record<string, string>, reason: string | undefined][] = [
    [{}, undefined],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, undefined],
    [{ OTEL_TRACES_SAMPLER: ' always_off ' }, `OTEL_TRACES_SAMPLER=always_off: ${none}`],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      `OTEL_TRACES_SAMPLER=parentbased_always_off: only traces already sampled by a caller are recorded, so no others are printed ${unless}`,
    ],
    [ratio('traceidratio', '0.1'), undefined],
    [ratio('traceidratio', '0.0'), `OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0.0: ${none}`],
    [{ OTEL_TRACES_SAMPLER: 'always_off', OTEL_SPAN_CACHE_SAMPLING_RATIO: '0.5' }, undefined],
    [{ OTEL_TRACES_SAMPLER: 'unknown' }, undefined],
    [{ OTEL_SDK_DISABLED: 'True' }, 'OTEL_SDK_DISABLED=true: nothing is traced, so nothing is printed'],
  ];
  for (const [env, reason] of CASES) {
    it(`returns ${reason === undefined ? 'no reason' : 'the reason'} for ${JSON.stringify(env)}`, () => {
      expect(whyNothingIsPrinted(env)).to.equal(reason);
    });
  }
});

describe('whyChoiceHasNoEffect()', () => {
  const only = { OTEL_SPAN_CACHE_PRINT_ONLY: 'errors' };

  it('warns when a filter is set and no traces are printed', () => {
    expect(whyChoiceHasNoEffect(only)).to.equal(
      'OTEL_SPAN_CACHE_PRINT_ONLY has no effect, because OTEL_SPAN_CACHE_PRINT is not set',
    );
  });

  it('is silent if a variable turns printing on or off', () => {
    for (const print of ['1', '0', 'json'])
      expect(whyChoiceHasNoEffect({ ...only, OTEL_SPAN_CACHE_PRINT: print })).to.equal(undefined);
    expect(whyChoiceHasNoEffect({ OTEL_SPAN_CACHE_PRINT_ONLY: ' ' })).to.equal(undefined);
  });
});
