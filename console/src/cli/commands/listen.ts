import { addressesOf, type Listening } from '../../host/announce.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { integerFlag, type Flag } from '../flags.js';

const JSON_LINE: Flag = { name: 'json', help: 'write the addresses as a line of JSON to standard output' };

export const listen: Command = {
  name: 'listen',
  args: '',
  count: [0, 0],
  summary: 'serves a console for other processes, which join it or send OTLP, until it is interrupted',
  flags: [
    integerFlag('port', 'n', 1, 65_535, 'port of the console (default 4380, or the next free one)'),
    integerFlag('otlp-port', 'n', 1, 65_535, 'port for spans and logs over OTLP/HTTP (default 4318)'),
    JSON_LINE,
  ],
  async run({ values: { port, 'otlp-port': otlpPort, json }, terminal, signal }) {
    // Loaded on first use: the other commands start without it.
    const { listen: serve } = await import('../../processes/listen.js');
    await serve({
      ...(port === undefined ? {} : { port }),
      ...(otlpPort === undefined ? {} : { otlpPort }),
      ...(json === true && { onListening: (listening: Listening) => void terminal.printJson(addressesOf(listening)) }),
      signal,
    });
    return EXIT.ok;
  },
};
