import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  trace as traceApi,
  type Context,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect } from 'chai';
import { endConsoles, realConsole } from '../elsewhere/real-console.js';

const CALLS = 12;
/** Longer than a trace waits for more spans once its local root has ended. */
const CALL_MILLIS = 120;

const propagator = new W3CTraceContextPropagator();

/** A service that calls its own `/orders/:id` from `GET /slow`, with spans as instrumentations make them. */
class SelfCallingService {
  readonly #tracer: Tracer;
  readonly #server: Server;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const caller = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const route = request.url === '/slow' ? '/slow' : '/orders/:id';
    const span = this.#tracer.startSpan(`GET ${route}`, { kind: SpanKind.SERVER }, caller);
    if (route === '/slow') {
      const inside = traceApi.setSpan(caller, span);
      for (let id = 0; id < CALLS; id++) await this.#call(`http://${request.headers.host}/orders/${id}`, inside);
    } else await delay(CALL_MILLIS);
    response.end('{}');
    span.end();
  }

  async #call(url: string, context: Context): Promise<void> {
    const attributes = { 'http.request.method': 'GET', 'url.full': url };
    const span = this.#tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes }, context);
    const headers = {};
    propagator.inject(traceApi.setSpan(context, span), headers, defaultTextMapSetter);
    await (await fetch(url, { headers })).text();
    span.end();
  }
}

describe('A service that calls itself', () => {
  let shop: SelfCallingService | undefined;
  afterEach(async () => {
    shop?.close();
    await endConsoles();
  });

  it('comes as one trace with its N+1 mark', async () => {
    const { service, get, arrived } = await realConsole();
    shop = new SelfCallingService(service.tracer);

    await (await fetch(`${await shop.listen()}/slow`)).text();
    await arrived(1 + 2 * CALLS);

    const { rows } = await get('traces');
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({ name: 'GET /slow', spans: 1 + 2 * CALLS, complete: true });
    expect(rows[0].calls).to.deep.equal([{ label: 'http', count: CALLS, nPlusOne: true }]);
  });
});
