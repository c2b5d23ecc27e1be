import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import type { SpanCacheOptions } from '../../src/index.js';
import { startService, type Service } from '../scenarios/service.js';

/*
 * A service with large telemetry, as a process of its own: `large-service.ts <kind>`. Prints its port. Each request
 * does some work.
 */

const SPAN_BYTES = 65_536;
const LINE_BYTES = 16_384;

interface Kind {
  readonly options?: SpanCacheOptions;
  /** Attaches the readers of the cache. */
  readonly attach: (cache: Service['cache']) => void;
  /** Handles one request. */
  readonly handle: (service: Service) => void;
}

let texts = 0;

/** A text that no other shares its memory with. */
function textOf(bytes: number): string {
  return Buffer.alloc(bytes, `${texts++} `).toString('latin1');
}

function endLargeSpans({ tracer, log }: Service): void {
  for (let i = 0; i < 10; i++) {
    const span = tracer.startSpan('query', { attributes: { statement: textOf(SPAN_BYTES) } }, ROOT_CONTEXT);
    log(span, 'done');
    span.end();
  }
}

/** Jobs that outlive their request and that the service keeps track of. */
const running: Span[] = [];

function startChattyJobs({ tracer, logger }: Service): void {
  for (let i = 0; i < 16; i++) {
    const job = tracer.startSpan('job', {}, ROOT_CONTEXT);
    running.push(job);
    const context = trace.setSpan(ROOT_CONTEXT, job);
    for (let line = 0; line < 4; line++) logger.emit({ body: textOf(LINE_BYTES), context });
  }
}

const KINDS: Readonly<Record<string, Kind>> = {
  history: {
    attach(cache) {
      cache.store();
      // Whoever should read it has stopped.
      cache.subscribe();
    },
    handle: endLargeSpans,
  },
  amend: { options: { lateEvents: 'amend' }, attach: (cache) => cache.subscribe(() => {}), handle: endLargeSpans },
  hold: {
    options: { lateEvents: { holdMillis: 600_000 } },
    attach: (cache) => cache.subscribe(() => {}),
    handle: endLargeSpans,
  },
  lines: { attach: (cache) => cache.subscribe(() => {}), handle: startChattyJobs },
};

const kind = KINDS[process.argv[2] ?? ''];
if (kind === undefined) throw new Error(`no such service: ${process.argv[2]}`);
const service = startService(kind.options);
kind.attach(service.cache);

const server = createServer((_request, response) => {
  kind.handle(service);
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
