import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { PID_FLAG, URL_FLAG, type Flag } from '../flags.js';

const JSON_FLAG: Flag = { name: 'json', help: 'no effect: messages of the protocol are lines of JSON anyway' };

export const mcp: Command = {
  name: 'mcp',
  args: '',
  count: [0, 0],
  summary: 'serves the tools for coding agents over standard input and output (MCP)',
  details: ['It finds the console when a tool is called, and again after a restart of the service.'],
  flags: [JSON_FLAG, PID_FLAG, URL_FLAG],
  async run({ values: { pid, url }, streams: { env }, signal }) {
    const { serveStdio } = await import('../../mcp/stdio.js');
    const token = url?.token ?? (env['OTEL_SPAN_CACHE_CONSOLE_TOKEN'] || undefined);
    await serveStdio({ pid, url: url?.url, token, signal });
    return EXIT.ok;
  },
};
