import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsoleApi } from '../../api/console-api.js';
import type { Traces } from '../../api/schemas.js';
import { duration } from '../../text/units.js';
import type { ToolAnswer } from '../answer.js';
import type { Call } from '../call.js';
import type { InputOf } from '../inputs.js';
import { shown } from '../untrusted.js';
import { millis, plural } from '../words.js';
import { givenUpHint } from './hints.js';
import { comparedWith } from './marks.js';
import { openOf } from './overview.js';
import { traceRow } from './trace-rows.js';

const MAX_TRACES = 5;
const STEP_MILLIS = 100;

/** Milliseconds added to the end of a search, so that it includes everything that has arrived by now. */
const JUST_NOW = 1;

/**
 * Waits for a matching trace. Each search covers only the traces that arrived since the previous one, so waiting is
 * cheap.
 */
export async function waitFor(call: Call<InputOf<'wait_for'>>): Promise<ToolAnswer> {
  const { api, signal } = call;
  const { query, seconds } = call.input;
  const started = api.now();
  const since = startOf(api, call.input.since, started);
  const deadline = performance.now() + seconds * 1_000;
  let from = since;
  let givenUp = 0;
  for (;;) {
    const version = api.version();
    const now = api.now();
    const found = await lookAt(api, query, from, now + JUST_NOW);
    givenUp += found.givenUp;
    if (found.rows.length > 0) return arrived(call, found, since, started, now);
    from = now;
    if (performance.now() >= deadline || signal.aborted) return nothing(call, since, givenUp);
    await nextChange(api, version, deadline, signal);
  }
}

/** @throws ToolError for an unknown mark */
function startOf(api: ConsoleApi, since: string, now: number): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(since) ?? [];
  if (amount === undefined) return comparedWith(api, since).mark.at;
  if (unit === undefined) return Number(amount);
  return Math.max(0, now - Number(amount) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit]!);
}

/** Searches a window until a trace matches, even if one search runs out of time. */
async function lookAt(api: ConsoleApi, query: string | undefined, from: number, to: number): Promise<Traces> {
  const window = `${from}..${Math.max(to, from + JUST_NOW)}`;
  let found = api.traces({ query, window, limit: MAX_TRACES });
  let { givenUp } = found;
  while (found.partial && found.rows.length === 0 && found.cursor !== null) {
    await sleep(0);
    found = api.traces({ query, window, limit: MAX_TRACES, cursor: found.cursor });
    givenUp += found.givenUp;
  }
  return { ...found, givenUp };
}

async function nextChange(api: ConsoleApi, version: number, deadline: number, signal: AbortSignal): Promise<void> {
  while (api.version() === version && performance.now() < deadline && !signal.aborted) {
    await sleep(Math.max(1, Math.min(STEP_MILLIS, deadline - performance.now())), undefined, { signal }).catch(
      () => {},
    );
  }
}

/** @param searched when the search began: a later call goes on from there, as traces may have arrived during it */
function arrived(
  call: Call<InputOf<'wait_for'>>,
  found: Traces,
  since: number,
  started: number,
  searched: number,
): ToolAnswer {
  const { input } = call;
  const now = Math.ceil(searched);
  const waited = searched - started;
  const answer = call.answer(
    found.coverage,
    { view: 'traces', query: input.query, window: windowSince(since, now) },
    input.budget,
  );
  const age = now - (found.rows[0]?.start ?? now);
  const when =
    waited < STEP_MILLIS ? `there already: the newest began ${duration(age)} ago` : `after ${duration(waited)}`;
  answer.say(`${plural(found.matched, 'trace')} matched, newest first; ${when}. Next: get_trace(traceId).`);
  answer.hint(`For a later one: wait_for with since ${now}.`);
  answer.fact('matched', found.matched);
  answer.fact('since', now);
  answer.list('traces', undefined, found.rows.map(traceRow), 'trace');
  answer.limited(found.matched - found.rows.length, 'trace');
  return answer.finish();
}

/** Lists the traces that arrived but do not match, and the open spans. */
async function nothing(call: Call<InputOf<'wait_for'>>, since: number, givenUp: number): Promise<ToolAnswer> {
  const { api, input } = call;
  const window = windowSince(since, Math.ceil(api.now()));
  const others = api.traces({ window, limit: MAX_TRACES });
  const answer = call.answer(others.coverage, { view: 'traces', query: input.query, window }, input.budget);
  answer.say(`No trace matched within ${input.seconds} s. ${plural(others.matched, 'other trace')} came.`);
  answer.fact('matched', 0);
  givenUpHint(answer, givenUp, 'trace');
  const open = await openOf(api, input.query);
  if (open === undefined) answer.hint('The service does not answer: its event loop is blocked.');
  else if (!open.tracked) answer.hint('A request may still be under way: spans appear when they end.');
  const openRows = (open?.spans ?? []).map(({ name, ageMillis }) => ({
    lines: [`  ${shown(name, 80)} for ${duration(ageMillis)}`],
    record: { name: shown(name, 80), ageMs: millis(ageMillis) },
  }));
  answer.list('open', 'still open, and matching:', openRows, 'open span');
  answer.list('others', 'came instead:', others.rows.map(traceRow), 'trace');
  return answer.finish();
}

function windowSince(since: number, now: number): string {
  return `${since}..${Math.max(now, since) + JUST_NOW}`;
}
