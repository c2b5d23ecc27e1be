import { createRequire } from 'node:module';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

/* A service with the automatic instrumentation of HTTP and without code for tests. Prints its port. */

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();
const http = createRequire(import.meta.url)('node:http');
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
