import { getJson } from '../process/ask.js';
import type { Client, Console } from './console.js';

export const autotel: Console = {
  id: 'autotel',
  name: 'autotel-devtools',
  program: 'autotel-devtools/dist/cli.js',

  args: ({ page, grpc }) => ['--port', `${page}`, '--grpc-port', `${grpc}`],

  connect: ({ page }, printed) =>
    printed.includes('Verify ingestion') ? clientOf(`http://127.0.0.1:${page}`) : undefined,
};

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

function clientOf(url: string): Client {
  const spans = async () => (await getJson<{ spanCount: number }>(`${url}/api/stats`)).spanCount;
  return {
    url,
    receivers: { 'otlp-protobuf': `${url}/v1/traces`, 'otlp-json': `${url}/v1/traces` },
    async count() {
      const before = await spans();
      return { received: async () => (await spans()) - before, close: () => {} };
    },
    kept: spans,
    reads: [
      { method: 'GET', url: `${url}/v1/traces` },
      { method: 'GET', url: `${url}/ws`, headers: UPGRADE },
    ],
    // A browser agrees on compression.
    stream: {
      method: 'GET',
      url: `${url}/ws`,
      headers: { ...UPGRADE, 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' },
    },
    clear: { method: 'DELETE', url: `${url}/v1/traces` },
  };
}
