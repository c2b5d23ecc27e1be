import { expect } from 'chai';
import { whyChoiceHasNoEffect, whyNothingIsPrinted } from '../../../src/register/print/why-nothing-printed.js';

describe('whyNothingIsPrinted()', () => {
  const unless = 'so none are printed, unless OTEL_SPAN_CACHE_SAMPLING_RATIO or the program adds some';
  const ratio = (name: string, value: string) => ({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: value });
  const CASES: [env: Record<string, string>, reason: string | undefined][] = [
    [{}, undefined],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, undefined],
    [{ OTEL_TRACES_SAMPLER: ' always_off ' }, `OTEL_TRACES_SAMPLER=always_off: no traces are sampled, ${unless}`],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      `OTEL_TRACES_SAMPLER=parentbased_always_off: no traces are sampled but those that a caller samples, ${unless}`,
    ],
    [ratio('traceidratio', '0.1'), undefined],
    [
      ratio('traceidratio', '0.0'),
      `OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0.0: no traces are sampled, ${unless}`,
    ],
    [{ OTEL_TRACES_SAMPLER: 'always_off', OTEL_SPAN_CACHE_SAMPLING_RATIO: '0.5' }, undefined],
    [{ OTEL_TRACES_SAMPLER: 'unknown' }, undefined],
    [{ OTEL_SDK_DISABLED: 'True' }, 'OTEL_SDK_DISABLED=true: nothing is traced, so nothing is printed'],
  ];
  for (const [env, reason] of CASES) {
    it(`gives ${reason === undefined ? 'no reason' : 'the reason'} for ${JSON.stringify(env)}`, () => {
      expect(whyNothingIsPrinted(env)).to.equal(reason);
    });
  }
});

describe('whyChoiceHasNoEffect()', () => {
  const only = { OTEL_SPAN_CACHE_PRINT_ONLY: 'errors' };

  it('says what is missing where traces are chosen and none are printed', () => {
    expect(whyChoiceHasNoEffect(only)).to.match(/^OTEL_SPAN_CACHE_PRINT_ONLY is set, but nothing is printed unless OTEL_SPAN_CACHE_PRINT is/);
  });

  it('says nothing where the variables say whether to print', () => {
    for (const print of ['1', '0', 'json']) expect(whyChoiceHasNoEffect({ ...only, OTEL_SPAN_CACHE_PRINT: print })).to.equal(undefined);
    expect(whyChoiceHasNoEffect({ OTEL_SPAN_CACHE_PRINT_ONLY: ' ' })).to.equal(undefined);
  });
});
