import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NOTHING_LOST } from '../api/losses.js';

/** A server that answers as a test says. */
export interface FakeConsole {
  readonly url: string;
  /** Requests that came, as method, path with query, and headers. */
  readonly requests: readonly IncomingMessage[];
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

export async function fakeConsole(): Promise<FakeConsole> {
  const requests: IncomingMessage[] = [];
  let handle = (_: IncomingMessage, response: ServerResponse): void => void response.end('{}');
  const server: Server = createServer((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    answer: (handler) => (handle = handler),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The clock of the fake console. */
export const NOW = 1_000_000;

export function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ now: NOW, ...body }));
}

export const COVERAGE = {
  received: 1_204_331,
  retained: 100_000,
  retainedSince: 1_000,
  evicted: 5,
  evictedLogs: 0,
  lost: NOTHING_LOST,
};

export const HELLO = {
  protocol: 1,
  versions: { console: '1', cache: '1', node: '20' },
  epoch: 'e1',
  role: 'control',
  capabilities: [],
  startedAt: 0,
  processes: [{ id: 0, origin: 'host', service: 'shop', pid: 7, state: 'connected', received: 0, lost: 0 }],
};

export const frameOf = (seq: number, data: object | undefined, more: object = {}): object => ({
  epoch: 'e1',
  seq,
  type: data === undefined ? 'heartbeat' : 'change',
  skipped: 0,
  now: 0,
  stats: { coverage: COVERAGE, spansPerSecond: 1, loop: { delayMillis: 0, blockedMillis: null } },
  ...(data === undefined ? {} : { data }),
  ...more,
});

export const traceRow = (id: number, more: object = {}): object => ({
  id,
  traceId: id.toString(16).padStart(8, '0').padEnd(32, 'f'),
  name: `GET /orders/${id}`,
  service: 'shop',
  pid: 7,
  start: new Date(2026, 0, 2, 14, 6, 31, id % 1_000).getTime(),
  duration: 38,
  complete: true,
  spans: 12,
  failed: 0,
  logs: 0,
  httpStatus: 200,
  error: null,
  calls: [],
  bar: [[0, 38]],
  ...more,
});

/** An answer with these traces, the only ones. */
export function tracesAnswer(rows: readonly ReturnType<typeof traceRow>[]) {
  return { rows, matched: 1, coverage: COVERAGE, partial: false, givenUp: 0, unseenKeys: [], cursor: null };
}
