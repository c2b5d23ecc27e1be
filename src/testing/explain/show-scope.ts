import { printable } from '../../trace/text/printable.js';
import type { TraceRecord } from '../capture/captured-traces.js';
import { traceTexts } from './describe-scope.js';
import type { ScopeRecords } from '../capture/scope-records.js';

/**
 * What `console.log()` shows of a scope: its name, how much it has, and its traces, as far as they are short.
 *
 * @param spans its spans, in the order they started
 */
export function showScope(kind: string, scope: ScopeRecords, spans: readonly TraceRecord[] = scope.spans): string {
  const { name, logs, droppedSpans, droppedLogs } = scope;
  const open = scope.spans.filter(({ ended }) => !ended).length;
  const counts = [
    counted(spans.length, 'span') + (open > 0 ? `, ${open} of them open` : ''),
    ...(logs.length > 0 ? [counted(logs.length, 'log record')] : []),
    ...(droppedSpans + droppedLogs > 0 ? [`${droppedSpans + droppedLogs} not kept`] : []),
  ];
  return [`${kind} ${printable(name)}: ${counts.join(', ')}`, ...traceTexts(spans)].join('\n  ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
