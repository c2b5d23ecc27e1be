import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_FLAG } from '../flags.js';
import { consolesList, linkOf } from '../views/consoles-list.js';

export const ps: Command = {
  name: 'ps',
  args: '',
  count: [0, 0],
  summary: 'lists the running consoles',
  flags: [
    { name: 'links', help: 'with their tokens: addresses that a browser can open, as secret as a password' },
    JSON_FLAG,
  ],
  async run({ terminal, values: { json, links = false }, listRunning, now }) {
    const running = await listRunning();
    if (json === true) {
      for (const entry of running) {
        const { token: _, startName: __, ...shown } = entry;
        await terminal.printJson(links ? { ...shown, link: linkOf(entry) } : shown);
      }
    } else if (running.length === 0) {
      terminal.note('no console is running');
    } else {
      await terminal.print(consolesList(running, now(), links));
    }
    return EXIT.ok;
  },
};
