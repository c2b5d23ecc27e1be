import type { ConsoleApi } from '../../api/console-api.js';
import { ApiError } from '../../api/api-error.js';
import type { Open, StackRow } from '../../api/schemas.js';
import { duration, grouped, percent, rate } from '../../text/units.js';
import type { Answer, Row, ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { shown } from '../untrusted.js';
import { clock, millis, plural } from '../words.js';
import { emptyHint } from './hints.js';
import { traceRow } from './trace-rows.js';

const MAX_PROCESSES = 10;
const MAX_ENTRIES = 12;
const MAX_ERRORS = 5;
const MAX_SLOW = 3;
const MAX_OPEN = 5;
const MAX_KEYS = 30;

export async function overview(call: Call<InputOf<'overview'>>): Promise<ToolAnswer> {
  const { api, input } = call;
  const window = call.fixedWindow(input.window);
  const stats = api.stats();
  const answer = call.answer(stats.coverage, { view: 'traces', window }, input.budget);
  const { delayMillis, blockedMillis } = stats.loop;
  const loop =
    blockedMillis === null ? `delayed by ${duration(delayMillis)}` : `BLOCKED for ${duration(blockedMillis)}`;
  const hello = api.hello('view');
  answer.say(`${rate(stats.spansPerSecond)} spans/s, event loop ${loop}, up ${duration(api.now() - hello.startedAt)}.`);
  answer.fact('spansPerSecond', millis(stats.spansPerSecond));
  answer.fact('blockedMs', blockedMillis);
  if (stats.worker.historyLostAt !== null)
    answer.say(`The console was restarted and lost its history at ${clock(stats.worker.historyLostAt)}.`);
  const processes = hello.processes.map(({ service, pid, origin, state }): Row => ({
    lines: [`  ${shown(service, 60)}, ${pid === null ? 'pid unknown' : `pid ${pid}`}, ${origin}, ${state}`],
    record: { service: shown(service, 60), pid, origin, state },
  }));
  answer.list('processes', 'processes:', processes.slice(0, MAX_PROCESSES), 'process');
  answer.limited(Math.max(0, processes.length - MAX_PROCESSES), 'process');
  const { rows, marks } = api.stacks({ window, limit: 2_000 });
  const entries = rows.filter(({ depth }) => depth === 0);
  answer.list(
    'entryPoints',
    'entry points by total time (p50 / p95 / p99):',
    entries.slice(0, MAX_ENTRIES).map(entryRow),
    'entry point',
  );
  answer.limited(Math.max(0, entries.length - MAX_ENTRIES), 'entry point');
  if (entries.length === 0) emptyHint(answer, stats.coverage);
  addFindings(answer, api, window, rows);
  await addOpen(answer, api);
  addKeys(answer, api);
  if (entries.length > 0)
    answer.hint('Next: find_traces, explain_slow(stack: id), errors, or get_trace of an example.');
  if (marks.length > 0)
    answer.hint(
      `Marks: ${marks
        .slice(-MAX_PROCESSES)
        .map(({ name, at }) => `${name} (${clock(at)})`)
        .join(', ')}.`,
    );
  return answer.finish();
}

function entryRow({ id, name, calls, perSecond, errors, p50, p95, p99, examples }: StackRow): Row {
  const failed = errors > 0 ? `, ${plural(errors, 'error')} (${percent(errors / calls)})` : '';
  const example = examples.slowest === null ? '' : `, slowest ${examples.slowest}`;
  return {
    lines: [
      `  ${shown(name, 100)}: ${plural(calls, 'call')} (${rate(perSecond)}/s)${failed}, ${duration(p50)} / ${duration(p95)} / ${duration(p99)}, stack ${id}${example}`,
    ],
    record: { stack: id, name: shown(name, 100), calls, errors, p50Ms: millis(p50), p95Ms: millis(p95) },
  };
}

/** Adds the notable findings: repeated calls, errors, slow traces. */
function addFindings(answer: Answer, api: ConsoleApi, window: string, rows: readonly StackRow[]): void {
  const repeated = rows.filter(({ nPlusOne }) => nPlusOne).slice(0, MAX_ERRORS);
  answer.list('nPlusOne', 'repeated calls (N+1):', repeated.map(repeatedRow), 'repeated call');
  const { groups } = api.errors({ window, limit: MAX_ERRORS });
  answer.list(
    'errors',
    'errors:',
    groups.map(({ type, message, count, latest }): Row => ({
      lines: [`  ${grouped(count)} x ${shown(type, 60)}: ${shown(message, 120)}, trace ${latest.traceId}`],
      record: { type: shown(type, 60), count, traceId: latest.traceId },
    })),
    'group of errors',
  );
  const slow = api.traces({ window, sort: 'slowest', limit: MAX_SLOW }).rows.map(traceRow);
  answer.list(
    'slowest',
    'slowest traces:',
    slow.map(({ lines, record }) => ({ lines: lines.map((line) => `  ${line}`), record })),
    'slow trace',
  );
}

function repeatedRow({ id, name, calls, total, examples }: StackRow): Row {
  const example = examples.slowest === null ? '' : `, e.g. ${examples.slowest}`;
  return {
    lines: [`  ${shown(name, 100)}: ${plural(calls, 'call')}, ${duration(total)} in all, stack ${id}${example}`],
    record: { stack: id, name: shown(name, 100), calls },
  };
}

async function addOpen(answer: Answer, api: ConsoleApi): Promise<void> {
  const open = await openOf(api);
  if (open === undefined) answer.hint('The service did not say which spans are open: its event loop is blocked.');
  if (open === undefined || !open.tracked) return;
  answer.fact('open', open.total);
  const rows = open.spans.map(({ name, ageMillis, traceId }): Row => ({
    lines: [`  ${shown(name, 80)} for ${duration(ageMillis)}, trace ${shown(traceId, 40)}`],
    record: { name: shown(name, 80), ageMs: millis(ageMillis) },
  }));
  answer.list('openSpans', `open spans, oldest first (${open.total} in all):`, rows, 'open span');
}

/** Undefined if the service does not answer. */
export async function openOf(api: ConsoleApi, query?: string): Promise<Open | undefined> {
  try {
    return await api.open({ query, limit: MAX_OPEN });
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) return undefined;
    throw error;
  }
}

/** Keys that a query may use. */
function addKeys(answer: Answer, api: ConsoleApi): void {
  const keys = api.complete({ query: '', at: 0 }).items.filter(({ kind, count }) => kind === 'key' && count !== null);
  if (keys.length === 0) return;
  answer.note(
    `attribute keys seen: ${keys
      .slice(0, MAX_KEYS)
      .map(({ text }) => shown(text, 60))
      .join(', ')}`,
  );
}
