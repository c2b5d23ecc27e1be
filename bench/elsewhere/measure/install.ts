import { setTimeout as delay } from 'node:timers/promises';
import { NODE_MAJORS } from '../../../test/nodes.js';
import { nodeOf } from '../../../test/installed.js';
import { CONTENT_TYPES, type Encoding } from '../load/encoding.js';
import { Template } from '../load/template.js';
import { installedIn, installedSize } from '../packages.js';
import { ask } from '../process/ask.js';
import { withConsole } from '../process/running.js';
import type { Client, Console } from '../consoles/console.js';
import { eachConsole, SHOWN_MILLIS, type Measure } from './measure.js';

const NAMES: Readonly<Record<Encoding, string>> = {
  'otlp-protobuf': 'OTLP protobuf',
  'otlp-json': 'OTLP JSON',
  sentry: "Sentry's envelopes",
};

export const measureInstall: Measure = async ({ consoles, node }) => {
  const sizes = await eachConsole(consoles, ({ id }) => installedSize(installedIn(id)));
  return {
    packages: await eachConsole(consoles, ({ id }) => sizes[id].packages),
    bytes: await eachConsole(consoles, ({ id }) => sizes[id].bytes / 1e6),
    nodes: await eachConsole(consoles, nodesOf),
    takes: await eachConsole(consoles, async (console) =>
      withConsole(console, node, async ({ client }) => takenBy(client)),
    ),
  };
};

async function nodesOf(console: Console): Promise<string> {
  const served: number[] = [];
  for (const major of NODE_MAJORS) {
    try {
      await withConsole(console, nodeOf(major), async () => served.push(major));
    } catch {
      // It ends, or answers with an error.
    }
  }
  return served.join(', ');
}

async function takenBy(client: Client): Promise<string> {
  const taken: string[] = [];
  for (const encoding of Object.keys(NAMES) as Encoding[]) {
    // The usual path of OTLP, if no other is known.
    const url = client.receivers[encoding] ?? `${client.url}/v1/traces`;
    const counter = await client.count();
    const headers = { 'content-type': CONTENT_TYPES[encoding] };
    await ask({ method: 'POST', url, headers, body: new Template(encoding).next() });
    await delay(SHOWN_MILLIS);
    if ((await counter.received()) > 0) taken.push(NAMES[encoding]);
    counter.close();
  }
  return taken.join(', ');
}
