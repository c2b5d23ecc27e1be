import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BatchRoute } from '../../http/batch-route.js';
import { Bodies, BodyError, type BodyProblem } from '../bodies.js';
import type { JoinedProcesses, Sender, Taken } from './joined-processes.js';
import { BATCH_TYPE, HEADERS, JOIN_PATH, MAX_BATCH_BYTES } from './join-protocol.js';

/** Maximum bytes of the batches that are being read. */
const MAX_HELD_BYTES = 32 * 2 ** 20;

const MAX_SERVICE = 256;

const STATUS: Readonly<Record<Exclude<Taken, 'taken'>, readonly [status: number, error: string]>> = {
  restart: [409, 'The batch depends on earlier ones that did not arrive: pack it again.'],
  full: [503, 'Too many processes have joined this console.'],
  malformed: [400, 'The body must be one batch, as packedToBytes() of this version of otel-span-cache makes it.'],
};

const BODY_STATUS: Readonly<Record<BodyProblem, number>> = {
  'too large': 413,
  busy: 503,
  encoding: 415,
  'not compressed': 400,
};

/** Seconds after which a refused process tries again. */
const RETRY_SECONDS = '5';

/** Receives the batches of joined processes. The server has checked their token. */
export class JoinRoute implements BatchRoute {
  readonly path = JOIN_PATH;
  readonly #joined: JoinedProcesses;
  readonly #elapsed: () => number;
  readonly #bodies = new Bodies({ maxBytes: MAX_BATCH_BYTES, maxHeldBytes: MAX_HELD_BYTES });

  constructor(joined: JoinedProcesses, elapsed: () => number) {
    this.#joined = joined;
    this.#elapsed = elapsed;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sender = senderOf(request);
    if (request.headers['content-type'] !== BATCH_TYPE || sender === undefined) {
      this.#joined.refuse(sender, 0);
      refuse(request, response, 400, `The request must be a batch, with the headers of a process that joins.`);
      return;
    }
    try {
      const taken = await this.#bodies.read(request, (body) => this.#joined.take(sender, body, this.#elapsed()));
      if (taken === 'taken') response.writeHead(204).end();
      else refuse(request, response, ...STATUS[taken]);
    } catch (error) {
      if (error instanceof BodyError) {
        this.#joined.refuse(sender, 0);
        refuse(request, response, BODY_STATUS[error.problem], error.message);
      } else response.destroy();
    }
  }
}

function senderOf({ headers }: IncomingMessage): Sender | undefined {
  const id = headers[HEADERS.process];
  const sequence = Number(headers[HEADERS.sequence] ?? NaN);
  const pid = Number(headers[HEADERS.pid] ?? NaN);
  if (typeof id !== 'string' || !/^[\da-f]{32}$/.test(id) || !Number.isSafeInteger(sequence) || sequence < 1)
    return undefined;
  return {
    id,
    sequence,
    pid: Number.isSafeInteger(pid) && pid > 0 ? pid : undefined,
    pidSpace: textOf(headers[HEADERS.pidSpace]),
    service: textOf(headers[HEADERS.service]).slice(0, MAX_SERVICE) || 'unknown_service',
    isLast: headers[HEADERS.last] === '1',
  };
}

function textOf(header: string | string[] | undefined): string {
  try {
    return typeof header === 'string' ? decodeURIComponent(header) : '';
  } catch {
    return '';
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...(status === 503 && { 'Retry-After': RETRY_SECONDS }),
  });
  response.end(JSON.stringify({ error }));
  // Reads the rest of the body, because a sender that is cut off does not see the answer.
  request.resume();
}
