/** One event of a stream in `text/event-stream` form (HTML standard, 9.2.6). */
export interface StreamEvent {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** A frame has at most 256 kB. */
const MAX_EVENT_CHARACTERS = 4 * 2 ** 20;

/**
 * The events of a stream. Comments become events without data, so that the caller notices any sign of life. An event
 * cut off by the end of the stream is dropped.
 *
 * @throws RangeError if an event has more than 4 Mi characters
 */
export async function* eventsOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void, undefined> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  for await (const chunk of stream) yield* parser.push(decoder.decode(chunk, { stream: true }));
}

/** Parses text in pieces of any size, and returns complete events. */
export class EventParser {
  #rest = '';
  #type = '';
  #id: string | undefined;
  #data: string[] = [];
  #characters = 0;

  *push(text: string): Generator<StreamEvent, void, undefined> {
    const complete = `${this.#rest}${text}`;
    // After a carriage return at the end, the next piece may begin with the line feed.
    const usable = complete.endsWith('\r') ? complete.length - 1 : complete.length;
    const lines = complete.slice(0, usable).split(/\r\n|\r|\n/);
    this.#rest = `${lines.pop() ?? ''}${complete.slice(usable)}`;
    this.#require(this.#rest.length);
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) yield event;
    }
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') return this.#take();
    const colon = line.indexOf(':');
    if (colon === 0) return { type: 'comment', id: this.#id, data: '' };
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#type = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'data') this.#add(value);
    return undefined;
  }

  #add(value: string): void {
    this.#characters += value.length;
    this.#require(0);
    this.#data.push(value);
  }

  #require(more: number): void {
    if (this.#characters + more > MAX_EVENT_CHARACTERS) throw new RangeError('an event has more than 4 Mi characters');
  }

  #take(): StreamEvent | undefined {
    const event = { type: this.#type || 'message', id: this.#id, data: this.#data.join('\n') };
    const isEvent = this.#data.length > 0;
    this.#type = '';
    this.#data = [];
    this.#characters = 0;
    return isEvent ? event : undefined;
  }
}
