import { expect } from 'chai';
import fc from 'fast-check';
import { EventParser, eventsOf, type StreamEvent } from '../../src/client/event-stream.js';

function parse(...pieces: string[]): StreamEvent[] {
  const parser = new EventParser();
  return pieces.flatMap((text) => [...parser.push(text)]);
}

describe('EventParser', () => {
  it('gives an event at its empty line', () => {
    expect(parse('id: 7\nevent: change\ndata: {"a":\ndata: 1}\n\n')).to.deep.equal([
      { type: 'change', id: '7', data: '{"a":\n1}' },
    ]);
  });

  it('forgets the type, and keeps the id, from one event to the next', () => {
    expect(parse('id: 7\nevent: a\ndata:x\n\ndata:  y\n\n')).to.deep.equal([
      { type: 'a', id: '7', data: 'x' },
      { type: 'message', id: '7', data: ' y' },
    ]);
  });

  it('gives comments as signs of life, and nothing for an event without data', () => {
    expect(parse(': hello\n\nevent: a\n\nretry: 5\n\n')).to.deep.equal([{ type: 'comment', id: undefined, data: '' }]);
  });

  it('drops an event that is cut off', () => {
    expect(parse('data: x\n')).to.deep.equal([]);
  });

  it('gives the same events however the text is cut, with any line ends', () => {
    const text = 'id: 1\ndata: a\n\n: c\n\nevent: e\ndata: b\ndata: ä日\n\n';
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(80), { maxLength: 8 }), (end, cuts) => {
        const whole = text.replaceAll('\n', end);
        const places = [0, ...cuts.map((at) => Math.min(at, whole.length)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((to, index) => whole.slice(places[index], to));

        // The last event may wait for the line feed that could follow.
        expect(parse(...pieces, ': end\n').slice(0, 3)).to.deep.equal([
          { type: 'message', id: '1', data: 'a' },
          { type: 'comment', id: '1', data: '' },
          { type: 'e', id: '1', data: 'b\nä日' },
        ]);
      }),
    );
  });

  it('refuses an event without an end', () => {
    const parser = new EventParser();
    const megabyte = 'x'.repeat(2 ** 20);

    expect(() => {
      for (let index = 0; index < 5; index++) for (const _ of parser.push(megabyte));
    }).to.throw(RangeError, 'an event has more than 4 Mi characters');
    expect(() => parse(...Array.from({ length: 5 }, () => `data: ${megabyte}\n`))).to.throw(RangeError);
  });
});

describe('eventsOf()', () => {
  it('joins characters that were cut in two', async () => {
    const bytes = new TextEncoder().encode('data: 日\n\n');
    async function* stream() {
      yield bytes.slice(0, 7);
      yield bytes.slice(7);
    }
    const events: StreamEvent[] = [];
    for await (const event of eventsOf(stream())) events.push(event);

    expect(events).to.deep.equal([{ type: 'message', id: undefined, data: '日' }]);
  });
});
