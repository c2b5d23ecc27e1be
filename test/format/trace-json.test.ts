import { expect } from 'chai';
import fc from 'fast-check';
import { traceJson } from '../../src/format/trace-json.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import { buildTraces } from '../../src/trace/trace.js';
import { hostileValue, trap } from '../hostile-values.js';
import { Recorder } from './recorder.js';

/** The JSON of a trace with one span, some of whose members are others. */
function jsonOf(members: PropertyDescriptorMap): string {
  const recorder = new Recorder();
  recorder.span('sound', 1);
  const [sound] = recorder.trace().spans;
  const [trace] = buildTraces([Object.create(sound!, members) as ReadableSpan]);
  return traceJson(trace!, 'shop', 1);
}

function parsed(members: PropertyDescriptorMap): { startTime?: string; spans: Record<string, unknown>[] } {
  return JSON.parse(jsonOf(members)) as never;
}

describe('traceJson()', () => {
  it('is one line that can be parsed, for any spans', () => {
    const members = [
      'name',
      'kind',
      'status',
      'attributes',
      'events',
      'startTime',
      'endTime',
      'spanContext',
      'instrumentationScope',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...members), hostileValue), hostileValue, (makers, make) => {
        const event = {
          name: make(),
          time: [1, 0],
          observedTime: [1, 0],
          body: make(),
          severityText: make(),
          attributes: { a: make() },
        };
        const json = jsonOf({
          events: { value: [event, make()] },
          attributes: { value: { a: make(), toJSON: make() } },
          ...Object.fromEntries(Object.entries(makers).map(([key, one]) => [key, { value: one() }])),
        });

        expect(json).not.to.include('\n');
        expect(JSON.parse(json)).to.have.property('spans').with.length(1);
      }),
    );
  });

  for (const [time, text] of [
    [[1, 5], '1970-01-01T00:00:01.000000005Z'],
    [[1, 999_999_999], '1970-01-01T00:00:01.999999999Z'],
    [[1.5, 2e9 + 1], '1970-01-01T00:00:03.500000001Z'],
    [[1, -5], '1970-01-01T00:00:00.999999995Z'],
    [[1, 5.5], '1970-01-01T00:00:01.000000005Z'],
  ] as const) {
    it(`has the time ${JSON.stringify(time)} as ${text}`, () => {
      expect(parsed({ startTime: { value: time } }).spans[0]).to.have.property('startTime', text);
    });
  }

  it('omits unreadable times and a missing scope', () => {
    const { startTime, spans } = parsed({ startTime: trap, instrumentationScope: { value: undefined } });

    expect(startTime).to.equal(undefined);
    expect(spans[0]).not.to.have.any.keys('startTime', 'scope');
  });
});
