import { EventParser } from '../../src/client/event-stream.js';
import { applyChange, type Row, type View } from '../../src/api/changes.js';
import type {
  ConsoleStats,
  Errors,
  Failure,
  Filter,
  Frame,
  Logs,
  Open,
  Sampling,
  Stacks,
  Stamped,
  TimeMap,
  TraceDetail,
  Traces,
} from '../../src/api/schemas.js';
import { batch, effect, signal } from '../state/signal.js';
import { token } from '../state/token.js';
import { get, Refused, request, type Parameters } from './client.js';

/*
 * The live stream of this page. Only one is open at a time: it carries the view on screen and the state of the console
 * for the header.
 */

const SILENCE_MILLIS = 12_000;
const FIRST_WAIT_MILLIS = 500;
const LONGEST_WAIT_MILLIS = 3_000;

/** Time without changes from the press of a button on: a row that moves before its release loses the click. */
const STILL_MILLIS = 500;

/** Interval of the requests that replace the stream while too many other pages have one. */
const POLL_MILLIS = 2_000;
const POLLS = 10;

/** The answer of each view. */
export interface Answers {
  readonly traces: Traces;
  readonly trace: TraceDetail;
  readonly stacks: Stacks;
  readonly time: TimeMap;
  readonly errors: Errors;
  readonly logs: Logs;
  readonly open: Open;
}

export interface Watched<V extends View = View> {
  readonly view: V;
  readonly parameters: Parameters;
}

export type Connection = 'connecting' | 'live' | 'polling' | 'lost' | 'refused';
export type Pulse = Frame['stats'];

export const connection = signal<Connection>('connecting');
/** Why there is no connection, in one sentence. */
export const trouble = signal<Failure | undefined>(undefined);
/** Whether the token is wrong. */
export const unauthorized = signal(false);
export const pulse = signal<Pulse | undefined>(undefined);
/** The console's clock; the clock of this machine may differ. */
export const serverNow = signal(0);
export const epoch = signal<string | undefined>(undefined);
export const paused = signal(false);

/** Settings that the service has confirmed. */
export const settings = signal<Frame['settings']>(undefined);
/** Rows of the view that did not fit into a frame. */
export const cut = signal(0);

interface Answer {
  readonly key: string;
  readonly data: Row;
}

/** The answer on the screen. */
const shown = signal<Answer | undefined>(undefined);
const watched = signal<Watched | undefined>(undefined);
const visible = signal(document.visibilityState === 'visible');

/** The newest answer of the stream. While the page is paused, it is ahead of the screen. */
let latest: Answer | undefined;
/** Whether the screen stands still for a click. */
let isStill = false;
/** Number of frames and polled answers received. */
let heard = 0;
let last: { readonly key: string; readonly after: string } | undefined;

const keyOf = ({ view, parameters }: Watched): string => JSON.stringify([view, parameters]);

/** Changes to another view. */
export function watch(next: Watched): void {
  const now = watched.peek();
  if (now !== undefined && keyOf(now) === keyOf(next)) return;
  paused.value = false;
  watched.value = next;
}

/** The answer of a view; undefined until it arrives. */
export function answerOf<V extends View>(asked: Watched<V>): Answers[V] | undefined {
  return shown.value?.key === keyOf(asked) ? (shown.value.data as unknown as Answers[V]) : undefined;
}

export function togglePause(): void {
  paused.value = !paused.value;
  show();
}

function show(): void {
  if ((!paused.value && !isStill) || shown.value?.key !== latest?.key) shown.value = latest;
}

export function startLive(): void {
  addEventListener('pointerdown', () => {
    isStill = true;
    setTimeout(() => {
      isStill = false;
      show();
    }, STILL_MILLIS);
  });
  document.addEventListener('visibilitychange', () => (visible.value = document.visibilityState === 'visible'));
  effect(() => {
    const next = watched.value;
    if (next === undefined || token.value === undefined || !visible.value) return undefined;
    const control = new AbortController();
    void follow(next, control.signal);
    return () => control.abort();
  });
}

async function follow(asked: Watched, ended: AbortSignal): Promise<void> {
  let failures = 0;
  batch(() => {
    trouble.value = undefined;
    unauthorized.value = false;
  });
  while (!ended.aborted) {
    const before = heard;
    try {
      await stream(asked, ended);
    } catch (error) {
      if (ended.aborted) return;
      if (error instanceof Refused && error.status === 429) await poll(asked, ended).catch(lose);
      else if (error instanceof Refused && error.status < 500) return refuse(error);
      else lose(error);
    }
    if (ended.aborted) return;
    failures = heard === before ? failures + 1 : 0;
    await wait(Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** failures) * (0.5 + Math.random()), ended);
  }
}

export function refuse({ status, failure }: Refused): void {
  batch(() => {
    connection.value = 'refused';
    trouble.value = failure;
    unauthorized.value = status === 401;
  });
}

function lose(error?: unknown): void {
  batch(() => {
    connection.value = 'lost';
    if (error instanceof Refused) trouble.value = error.failure;
  });
}

async function stream(asked: Watched, ended: AbortSignal): Promise<void> {
  const key = keyOf(asked);
  const silence = new AbortController();
  const either = AbortSignal.any([ended, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MILLIS);
  try {
    const after = last?.key === key ? last.after : undefined;
    const response = await request('live', { ...asked.parameters, view: asked.view, after }, either);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MILLIS);
      for (const { data } of parser.push(value)) if (data !== '') take(asked, key, JSON.parse(data) as Frame);
    }
    lose();
  } finally {
    clearTimeout(timer);
  }
}

function take({ view }: Watched, key: string, frame: Frame): void {
  heard++;
  last = { key, after: `${frame.epoch}.${frame.seq}` };
  const before = latest?.key === key ? latest.data : undefined;
  if (frame.type === 'snapshot') latest = { key, data: frame.data ?? {} };
  else if (frame.type === 'change' && frame.data !== undefined && before !== undefined) {
    latest = { key, data: applyChange(view, before, frame.data) };
  }
  batch(() => {
    epoch.value = frame.epoch;
    pulse.value = frame.stats;
    serverNow.value = frame.now;
    cut.value = frame.cut ?? 0;
    if (frame.settings !== undefined) settings.value = frame.settings;
    connection.value = 'live';
    trouble.value = (latest?.data['refused'] as Failure | null | undefined) ?? undefined;
    show();
  });
}

/** Requests the view every 2 s for a while, then returns, so that the caller can try a stream again. */
async function poll(asked: Watched, ended: AbortSignal): Promise<void> {
  const { traceId, ...parameters } = asked.parameters;
  const path = asked.view === 'trace' ? `trace/${traceId}` : asked.view;
  for (let polls = 0; polls < POLLS && !ended.aborted; polls++) {
    const [data, stats, sampling, filter] = await Promise.all([
      get<Row>(path, parameters, ended),
      get<Stamped<ConsoleStats>>('stats', {}, ended),
      get<Sampling>('sampling', {}, ended),
      get<Filter>('filter', {}, ended),
    ]);
    heard++;
    latest = { key: keyOf(asked), data };
    // Changes since the last frame do not apply to this answer: the next stream must begin with a snapshot.
    last = undefined;
    batch(() => {
      epoch.value = stats.epoch;
      connection.value = 'polling';
      cut.value = 0;
      pulse.value = stats;
      settings.value = { sampling, filter };
      serverNow.value = stats.now;
      show();
    });
    await wait(POLL_MILLIS, ended);
  }
}

function wait(millis: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    ended.addEventListener('abort', end);
  });
}
