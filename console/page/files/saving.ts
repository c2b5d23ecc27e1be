import { signal } from '../state/signal.js';
import type { ShownTrace } from '../trace/shown-trace.js';

/** The traces read for a file. */
export interface Loaded {
  readonly traces: readonly ShownTrace[];
  /** Number of matching traces. */
  readonly of: number;
  /** Whether there may be more. */
  readonly atLeast: boolean;
}

/** Data that the user can save. */
export interface ToSave {
  /** Title of the dialog, after the word "Save". */
  readonly what: string;
  /** Name of the file, without its ending. */
  readonly fileName: string;
  readonly isOneTrace: boolean;
  /** @param progress called with the number of traces read so far and the number to read */
  load(progress: (done: number, of: number) => void): Promise<Loaded>;
}

/** Content of the open dialog; undefined while it is closed. */
export const toSave = signal<ToSave | undefined>(undefined);

export function saveTrace(trace: ShownTrace): void {
  toSave.value = {
    what: 'this trace',
    fileName: `trace-${trace.traceId.slice(0, 12)}`,
    isOneTrace: true,
    load: () => Promise.resolve({ traces: [trace], of: 1, atLeast: false }),
  };
}
