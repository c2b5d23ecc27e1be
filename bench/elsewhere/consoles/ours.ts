import { getJson, type Ask } from '../process/ask.js';
import type { Client, Console } from './console.js';

interface Stats {
  readonly coverage: { readonly received: number; readonly retained: number };
}

export const ours: Console = {
  id: 'ours',
  name: 'otel-span-cache-console',
  program: 'otel-span-cache-console/dist/cli/main.js',

  args: ({ page, otlp }) => ['listen', '--port', `${page}`, '--otlp-port', `${otlp}`],

  connect({ page, otlp }, printed) {
    const token = /at http:\/\/\S+\/#([\w-]+)/.exec(printed)?.[1];
    return token === undefined ? undefined : clientOf(`http://127.0.0.1:${page}`, `http://127.0.0.1:${otlp}`, token);
  },
};

function clientOf(url: string, otlp: string, token: string): Client {
  const headers = { authorization: `Bearer ${token}` };
  const coverage = async () => (await getJson<Stats>(`${url}/api/v1/stats`, headers)).coverage;
  const post: Ask = { method: 'POST', url: `${url}/api/v1/clear`, headers: { 'content-type': 'application/json' } };
  return {
    url,
    receivers: { 'otlp-protobuf': `${otlp}/v1/traces`, 'otlp-json': `${otlp}/v1/traces` },
    async count() {
      const before = (await coverage()).received;
      return { received: async () => (await coverage()).received - before, close: () => {} };
    },
    kept: async () => (await coverage()).retained,
    reads: [
      { method: 'GET', url: `${url}/api/v1/traces` },
      { method: 'GET', url: `${url}/api/v1/live?view=traces` },
    ],
    stream: { method: 'GET', url: `${url}/api/v1/live?view=traces`, headers },
    clear: { ...post, body: Buffer.from('{}') },
  };
}
