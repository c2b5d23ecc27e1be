import type { FilterRequest, Filter, Sampling, SamplingRequest } from '../api/schemas.js';
import type { HostControl, HostLosses } from '../engine/contract.js';
import { HostUnavailable } from '../engine/host-unavailable.js';
import type {
  HostMessage,
  HostSettings,
  HostState,
  Link,
  OpenSpans,
  Restarts,
  SettingsChange,
  WorkerMessage,
  WorkerStart,
} from '../link/messages.js';
import type { FeedLosses, SharedCounts } from '../link/shared-counts.js';
import { LoopDelay } from './loop-delay.js';
import type { SeenProcesses } from './seen-processes.js';

/** Time that a service has to send its state. Past it, its last state is used. */
const STATE_MILLIS = 250;
const NEWER_STATE_MILLIS = 30;
const SET_MILLIS = 2_000;

/** Time after the last request for which somebody counts as looking: a page sends a request at least every 5 s. */
const WATCHED_MILLIS = 15_000;

/** Spans and log records lost on the worker's side. */
export type WorkerLosses = Omit<HostLosses, 'joined' | 'worker'>;

type Answer = Extract<HostMessage, { type: 'answer' }>;

interface Question {
  readonly settle: (answer: Answer | undefined) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The worker's view of the service. Keeps the last state, so that there is an answer while the service's event loop is
 * blocked.
 *
 * Every call means that somebody is looking at the console. The service then sends its state, and with `keep:
 * 'watched'` its spans, until 15 s have passed without a call.
 */
export class RemoteHost implements HostControl {
  readonly #link: Link<WorkerMessage>;
  readonly #counts: SharedCounts;
  readonly #loop: LoopDelay;
  readonly #processes: SeenProcesses;
  readonly #restarts: Restarts;
  readonly #lostBefore: FeedLosses;
  readonly #workerLosses: () => WorkerLosses;
  readonly #questions = new Map<number, Question>();
  #nextId = 1;
  #settings: HostSettings;
  #state: HostState | undefined;
  #lookedAt = 0;
  #watchTimer: NodeJS.Timeout | undefined;
  #onSettings: () => void = () => {};

  constructor(
    link: Link<WorkerMessage>,
    counts: SharedCounts,
    processes: SeenProcesses,
    { settings, restarts, lostBefore }: Pick<WorkerStart, 'settings' | 'restarts' | 'lostBefore'>,
    workerLosses: () => WorkerLosses,
  ) {
    this.#link = link;
    this.#counts = counts;
    this.#loop = new LoopDelay(counts);
    this.#processes = processes;
    this.#settings = settings;
    this.#restarts = restarts;
    this.#lostBefore = lostBefore;
    this.#workerLosses = workerLosses;
  }

  /** Calls a function after each change of the settings. */
  set onSettings(listener: () => void) {
    this.#onSettings = listener;
  }

  get watched(): boolean {
    return this.#watchTimer !== undefined;
  }

  onMessage(message: Exclude<HostMessage, { type: 'batch' | 'close' }>): void {
    switch (message.type) {
      case 'state':
        this.#state = message.state;
        break;
      case 'settings':
        this.#settings = message.settings;
        this.#onSettings();
        break;
      case 'answer':
        this.#questions.get(message.id)?.settle(message);
        break;
    }
  }

  async openSpans(): Promise<OpenSpans> {
    this.#look();
    const millis = this.#state === undefined ? STATE_MILLIS : NEWER_STATE_MILLIS;
    const answer = await this.#ask((id) => ({ type: 'state', id }), millis);
    if (answer?.state !== undefined) this.#state = answer.state;
    if (this.#state !== undefined) return this.#state.open;
    throw new HostUnavailable('the service has not answered yet: its event loop is blocked');
  }

  cacheStats(): Readonly<Record<string, unknown>> | undefined {
    this.#look();
    return this.#state?.stats;
  }

  settings(): HostSettings {
    this.#look();
    return this.#settings;
  }

  async setSampling(changes: SamplingRequest): Promise<Sampling> {
    return (await this.#set({ what: 'sampling', changes })).sampling;
  }

  async setFilter(changes: FilterRequest): Promise<Filter> {
    return (await this.#set({ what: 'filter', changes })).filter;
  }

  loop(): ReturnType<HostControl['loop']> {
    this.#look();
    return this.#loop.read();
  }

  losses(): HostLosses {
    const { spans, orphans, unreadable } = this.#counts.losses;
    const here = this.#workerLosses();
    const before = this.#lostBefore;
    return {
      feed: spans + here.feed,
      worker: before.spans,
      unreadable: before.unreadable + unreadable + here.unreadable,
      joined: this.#processes.lostByOthers,
      refused: here.refused,
      logs: before.orphans + orphans + here.logs,
    };
  }

  processes(): ReturnType<HostControl['processes']> {
    return this.#processes.list();
  }

  restarts(): Restarts {
    return this.#restarts;
  }

  close(): void {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = undefined;
    for (const { settle } of this.#questions.values()) settle(undefined);
  }

  async #set(change: SettingsChange): Promise<HostSettings> {
    const answer = await this.#ask((id) => ({ type: 'set', id, ...change }), SET_MILLIS);
    if (answer === undefined) {
      throw new HostUnavailable(
        'the service has not answered: it may still apply the change once its event loop is free',
      );
    }
    if (answer.error !== undefined) throw new RangeError(answer.error);
    return this.#settings;
  }

  #ask(question: (id: number) => WorkerMessage, millis: number): Promise<Answer | undefined> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const settle = (answer: Answer | undefined): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(settle, millis, undefined).unref();
      this.#questions.set(id, { settle, timer });
      this.#link.postMessage(question(id));
    });
  }

  #look(): void {
    this.#lookedAt = performance.now();
    if (this.#watchTimer !== undefined) return;
    this.#link.postMessage({ type: 'watched', watched: true });
    this.#watchTimer = setTimeout(this.#checkWatched, WATCHED_MILLIS).unref();
  }

  readonly #checkWatched = (): void => {
    const left = this.#lookedAt + WATCHED_MILLIS - performance.now();
    if (left > 0) {
      this.#watchTimer = setTimeout(this.#checkWatched, left).unref();
      return;
    }
    this.#watchTimer = undefined;
    this.#link.postMessage({ type: 'watched', watched: false });
  };
}
