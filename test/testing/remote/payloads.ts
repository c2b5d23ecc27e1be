import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

/** Field `number` of a protobuf message: bytes, a text or a message. */
export function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(value.length)]), value]);
}

/** The same bytes again and again. */
export function repeated(unit: readonly number[], times: number): Buffer {
  return Buffer.alloc(unit.length * times, Buffer.from(unit));
}

/** A request of `ExportTraceServiceRequest` with one span, which has these further fields. */
export function spanWith(...fields: readonly Uint8Array[]): Buffer {
  const ids = [field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2))];
  return field(1, field(2, field(2, Buffer.concat([...ids, ...fields]))));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with headers that browsers and `fetch()` would not allow. */
export async function post(url: string, headers: OutgoingHttpHeaders, body = '{}'): Promise<Answer> {
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, body: text };
}

/** A connection to a server, on which bytes can be written as they are. */
export async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** The text received on a connection until its end. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
