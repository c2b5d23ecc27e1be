import { STATUS_CODES as STATUS_TEXTS } from 'node:http';
import { Rejection, STATUS_CODES } from './rejection.js';

/** Why a connection is given up, from what Node says of it. Undefined if the sender itself has gone. */
export function rejectionOf({ code = '', message }: NodeJS.ErrnoException): Rejection | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Rejection('too_slow', 'the request did not come in time');
  if (code.endsWith('_OVERFLOW')) return new Rejection('too_large', `the headers are too large: ${message}`);
  if (code.startsWith('HPE_')) return new Rejection('bad_payload', `it is not HTTP/1.1: ${message}`);
  return undefined;
}

/** An answer for a connection on which no request has come in, or not all of it. */
export function lastAnswer({ reason, message }: Rejection): string {
  const status = STATUS_CODES[reason];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXTS[status]}`,
    'content-type: text/plain',
    `content-length: ${Buffer.byteLength(message)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${message}`;
}
