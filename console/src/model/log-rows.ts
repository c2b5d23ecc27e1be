import type { OrphanEvent } from 'otel-span-cache';
import { eventRow } from './event-rows.js';
import { firstFinite, memberOf, millisIn } from './read.js';
import { idIn, MAX_NAME, optionalText } from './read-text.js';
import { EVENT_BYTES, RowSize } from './row-size.js';
import type { LogRow, SeenProcess } from './span-row.js';

/** Converts orphans to numbered rows. Never throws. */
export class LogRowMaker {
  #last = 0;

  of(orphan: OrphanEvent, process: SeenProcess): LogRow {
    const size = new RowSize(EVENT_BYTES);
    const context = memberOf(orphan, 'spanContext');
    const time = firstFinite(millisIn(orphan, 'time'), millisIn(orphan, 'observedTime')) ?? 0;
    return {
      id: ++this.#last,
      process,
      time,
      event: eventRow(orphan, time, size),
      traceId: idIn(context, 'traceId'),
      spanId: idIn(context, 'spanId'),
      reason: optionalText(memberOf(orphan, 'reason'), MAX_NAME),
    };
  }
}
