import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type * as Schemas from '../api/schemas.js';
import type {
  Failure,
  Errors,
  ErrorsRequest,
  Frame,
  Hello,
  Logs,
  LogsRequest,
  Open,
  OpenRequest,
  Stacks,
  StacksRequest,
  Stamped,
  TraceDetail,
  Traces,
  TracesRequest,
} from '../api/schemas.js';
import { ClientError } from './client-error.js';
import { eventsOf } from './event-stream.js';
import { httpRequest, textOf } from './http-request.js';
import { PROTOCOL } from '../protocol.js';
import { visible } from '../text/visible.js';
import { widthOf } from '../text/width.js';

/** Time limit of a request. A query takes at most 200 ms in the console, but a busy machine is slower. */
const REQUEST_MILLIS = 15_000;

/** A console sends a heartbeat every 5 s. */
const SILENCE_MILLIS = 12_000;

/** Maximum size of an answer. The limits of requests keep every answer of a console far below it. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** The usual reasons in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it has closed the connection',
  ENOTFOUND: 'there is no such name',
};

/** The address of a console, and the secret it requires. */
export interface Target {
  /** Without the token. */
  readonly url: string;
  readonly token: string | undefined;
}

/** Loaded with the first request: `run`, `listen`, `ps` and `--help` start without them. */
const schemas = () => import('../api/schemas.js');

type Query = Readonly<Record<string, string | number | undefined>>;

/** The API of one console, as `schemas.ts` describes it. Every failure is a `ClientError`. */
export class ConsoleClient {
  readonly target: Target;
  readonly #signal: AbortSignal | undefined;

  /** @param signal ends all requests in progress */
  constructor(target: Target, signal?: AbortSignal) {
    this.target = target;
    this.#signal = signal;
  }

  hello(): Promise<Stamped<Hello>> {
    return this.#get('hello', {}, ({ hello }) => hello);
  }

  traces(request: TracesRequest): Promise<Stamped<Traces>> {
    return this.#get('traces', request, ({ traces }) => traces);
  }

  trace(traceId: string): Promise<Stamped<TraceDetail>> {
    return this.#get(`trace/${encodeURIComponent(traceId)}`, {}, ({ trace }) => trace);
  }

  stacks(request: StacksRequest): Promise<Stamped<Stacks>> {
    return this.#get('stacks', request, ({ stacks }) => stacks);
  }

  errors(request: ErrorsRequest): Promise<Stamped<Errors>> {
    return this.#get('errors', request, ({ errors }) => errors);
  }

  logs(request: LogsRequest): Promise<Stamped<Logs>> {
    return this.#get('logs', request, ({ logs }) => logs);
  }

  open(request: OpenRequest): Promise<Stamped<Open>> {
    return this.#get('open', request, ({ open }) => open);
  }

  /**
   * The frames of a view until the console closes the stream. If the console is silent for 12 s, throws a
   * `ClientError`.
   *
   * @param request the request of the view's endpoint, with `after`: the `epoch.seq` of the last frame
   */
  async *live(view: (typeof Schemas.VIEWS)[number], request: Query): AsyncGenerator<Frame, void, undefined> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), SILENCE_MILLIS);
    const signals = [silence.signal, ...(this.#signal === undefined ? [] : [this.#signal])];
    try {
      // Before the request: frames that come meanwhile would be lost if the connection broke.
      const { frame } = await schemas();
      const answer = await this.#request('live', { view, ...request }, AbortSignal.any(signals), 'text/event-stream');
      if (answer.statusCode !== 200) throw await this.#refusal(answer, await this.#textOf(answer), request);
      for await (const { data } of eventsOf(answer)) {
        timer.refresh();
        if (data !== '') yield this.#checked(data, frame);
      }
    } catch (error) {
      throw silence.signal.aborted ? new ClientError(`${this.#where} has sent nothing for 12 s`) : this.#failure(error);
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  get #where(): string {
    return `the console at ${this.target.url}`;
  }

  async #get<S extends z.ZodObject>(
    path: string,
    query: Query,
    schemaOf: (schemas: typeof Schemas) => S,
  ): Promise<Stamped<z.infer<S>>> {
    const timeout = AbortSignal.timeout(REQUEST_MILLIS);
    const signal = this.#signal === undefined ? timeout : AbortSignal.any([timeout, this.#signal]);
    try {
      const answer = await this.#request(path, query, signal, 'application/json');
      const text = await this.#textOf(answer);
      if (answer.statusCode !== 200) throw await this.#refusal(answer, text, query);
      const all = await schemas();
      return this.#checked(text, schemaOf(all).and(all.stamp));
    } catch (error) {
      if (timeout.aborted) throw new ClientError(`${this.#where} has not answered within ${REQUEST_MILLIS / 1_000} s`);
      throw this.#failure(error);
    }
  }

  #request(path: string, query: Query, signal: AbortSignal, accept: string): Promise<IncomingMessage> {
    const url = new URL(`/api/v1/${path}`, this.target.url);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const { token } = this.target;
    return httpRequest(url, {
      signal,
      headers: {
        accept,
        'otel-span-cache-protocol': String(PROTOCOL),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  }

  async #textOf(answer: IncomingMessage): Promise<string> {
    const text = await textOf(answer, MAX_ANSWER_BYTES);
    if (text === undefined) throw new ClientError(`${this.#where} has sent more than 64 MiB`);
    return text;
  }

  #checked<S extends z.ZodType>(text: string, schema: S): z.infer<S> {
    const parsed = schema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
    throw new ClientError(
      `the answer at ${this.target.url} is not that of a console with protocol ${PROTOCOL} (${place}: ${issue?.message ?? 'not JSON'})`,
    );
  }

  /** The error for a refusal, with one sentence for each reason. */
  async #refusal({ statusCode, headers }: IncomingMessage, text: string, { query }: Query): Promise<ClientError> {
    const status = statusCode ?? 0;
    const retryAfter = Number(headers['retry-after']) || undefined;
    const failure = (await schemas()).failure.safeParse(jsonOf(text));
    const reason = failure.success ? failure.data.error : `HTTP status ${status}`;
    const message = {
      401: `${this.#where} ${this.target.token === undefined ? 'requires its token' : 'refuses the given token'}: set OTEL_SPAN_CACHE_CONSOLE_TOKEN to it, or leave out --url to find the console with its token`,
      421: `${this.#where} does not answer to the name ${new URL(this.target.url).hostname}: use 127.0.0.1 or localhost, or add the name to its option allowedHosts`,
      426: `${this.#where} uses another protocol version than this command (${PROTOCOL}): use the version of otel-span-cache-console that the service uses`,
      429: `${this.#where} has too many clients or failed logins: try again${retryAfter === undefined ? ' in a minute' : ` in ${retryAfter} s`}`,
    }[status];
    const sentence = message ?? (status >= 500 ? `${this.#where} has failed: ${reason}` : reason);
    return new ClientError([sentence, ...placeOf(failure.data, query)].join('\n'), { status, retryAfter });
  }

  #failure(error: unknown): unknown {
    if (error instanceof ClientError) return error;
    if (this.#signal?.aborted === true) return this.#signal.reason;
    const { message, code = '' } = error as NodeJS.ErrnoException;
    return new ClientError(`${this.#where} does not answer (${REASONS[code] ?? (code || message)})`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The query, with a mark below the position of the error. */
function placeOf(failure: Failure | undefined, query: Query[string]): string[] {
  if (failure?.at === undefined || typeof query !== 'string') return [];
  const before = visible(query.slice(0, failure.at));
  const place = visible(query.slice(failure.at, failure.at + (failure.length ?? 1)));
  return [`  ${visible(query)}`, `  ${' '.repeat(widthOf(before))}${'^'.repeat(Math.max(1, widthOf(place)))}`];
}
