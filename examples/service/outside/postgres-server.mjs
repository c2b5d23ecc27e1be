/**
 * A PostgreSQL server in a worker: PGlite (PostgreSQL compiled to WebAssembly) behind a TCP socket, in memory. Once it
 * listens, it posts its address to its parent.
 *
 * PGlite has a single session, so it serves one client at a time.
 */
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

import { PGlite } from '@electric-sql/pglite';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';

/** Message types of the PostgreSQL protocol, version 3. */
const QUERY = 0x51;
const SYNC = 0x53;
const TERMINATE = 0x58;
const READY_FOR_QUERY = 0x5a;

// An initialised data directory halves the start-up time: PGlite need not run initdb.
const database = await PGlite.create({ loadDataDir: await dataDir() });

const server = createServer((socket) => {
  let received = Buffer.alloc(0);
  let request = [];
  let greeted = false;
  let working = Promise.resolve();

  const answer = async (bytes) => {
    const response = await database.execProtocolRaw(new Uint8Array(bytes));
    if (socket.writable) socket.write(oneReadyForQuery(Buffer.from(response)));
  };

  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let size = messageSize(received, greeted); size <= received.length; size = messageSize(received, greeted)) {
      const message = received.subarray(0, size);
      received = received.subarray(size);
      if (greeted && message[0] === TERMINATE) {
        socket.end();
        return;
      }
      request.push(message);
      // A request is the greeting, a simple query, or everything up to the next sync.
      if (!greeted || message[0] === QUERY || message[0] === SYNC) {
        const bytes = Buffer.concat(request);
        working = working.then(() => answer(bytes)).catch((error) => socket.destroy(error));
        request = [];
        greeted = true;
      }
    }
  });
  socket.on('error', () => {});
});

/** Size of the first message in `bytes`, Infinity while its length has not arrived. The greeting has no type byte. */
function messageSize(bytes, greeted) {
  const typeBytes = greeted ? 1 : 0;
  return bytes.length < typeBytes + 4 ? Infinity : typeBytes + bytes.readInt32BE(typeBytes);
}

/**
 * Keeps only the last ReadyForQuery message. After an error PGlite sends one, and another after the sync that follows;
 * clients expect one per request.
 */
function oneReadyForQuery(response) {
  const messages = [];
  for (let rest = response; rest.length > 0;) {
    const size = messageSize(rest, true);
    messages.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return Buffer.concat(messages.filter((message, at) => message[0] !== READY_FOR_QUERY || at === messages.length - 1));
}

server.maxConnections = 1;
server.listen(0, '127.0.0.1', () => {
  parentPort.postMessage({ host: '127.0.0.1', port: server.address().port });
});
