import type { Failure, PROTOCOL as Protocol } from '../../src/api/schemas.js';
import { token } from '../state/token.js';

const PROTOCOL: typeof Protocol = 1;
const BASE = `/api/v${PROTOCOL}/`;

export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** The server refused a request. The message is one sentence; for a query, `failure` has the position of the error. */
export class Refused extends Error {
  readonly status: number;
  readonly failure: Failure;

  constructor(status: number, failure: Failure) {
    super(failure.error);
    this.status = status;
    this.failure = failure;
  }
}

/** @throws {Refused} */
export async function get<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
  const response = await request(path, parameters, signal);
  return (await response.json()) as Answer;
}

/** @throws {Refused} */
export async function request(path: string, parameters: Parameters, signal?: AbortSignal): Promise<Response> {
  const url = new URL(BASE + path, location.origin);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return checked(await fetch(url, { headers: headers(), signal: signal ?? null }));
}

/**
 * Changes a setting.
 *
 * @throws {Refused}
 */
export function put<Answer>(path: string, body: object): Promise<Answer> {
  return send('PUT', path, body);
}

/** @throws {Refused} */
export function post<Answer>(path: string, body: object): Promise<Answer> {
  return send('POST', path, body);
}

async function send<Answer>(method: string, path: string, body: object): Promise<Answer> {
  const response = await fetch(BASE + path, {
    method,
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await (await checked(response)).json()) as Answer;
}

function headers(): Record<string, string> {
  return { authorization: `Bearer ${token.value ?? ''}`, 'otel-span-cache-protocol': String(PROTOCOL) };
}

async function checked(response: Response): Promise<Response> {
  if (!response.ok) throw new Refused(response.status, await failureOf(response));
  return response;
}

async function failureOf(response: Response): Promise<Failure> {
  try {
    const body = (await response.json()) as Partial<Failure>;
    if (typeof body.error === 'string') return body as Failure;
  } catch {
    // The body is not JSON: the message below replaces it.
  }
  return { error: `The console answered ${response.status}.` };
}
