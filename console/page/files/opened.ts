import { detailOf } from '../../src/api/trace-detail.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { go } from '../state/route.js';
import { signal } from '../state/signal.js';
import type { ShownTrace } from '../trace/shown-trace.js';
import { checkSize, openText, type OpenedFile } from './open-text.js';

/** The open file. It exists only in the memory of this tab, and is gone after a reload. */
export const opened = signal<OpenedFile | undefined>(undefined);

/**
 * Opens a file and shows its traces. Its contents never leave the browser.
 *
 * @throws {WrongFile}
 */
export async function openFile(file: File): Promise<void> {
  checkSize(file.name, file.size);
  const next = openText(file.name, await file.text());
  opened.value = next;
  const [only, another] = next.traces;
  const traceId = another === undefined ? only?.traceId : undefined;
  go({ screen: 'file', traceId, more: {} });
}

/** A file has no call paths to compare its spans with. */
const NO_STACKS = { percentileOf: () => undefined, stackOf: () => undefined };

/** A trace of the file, in the form in which the service returns traces. */
export function detailOfOpened(trace: TraceRow): ShownTrace {
  return detailOf(trace, NO_STACKS);
}
