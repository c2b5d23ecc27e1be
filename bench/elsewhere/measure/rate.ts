import { setTimeout as delay } from 'node:timers/promises';
import type { Client, Console } from '../consoles/console.js';
import type { Encoding } from '../load/encoding.js';
import { Sender } from '../load/sender.js';
import { withConsole } from '../process/running.js';
import { eachConsole, SHOWN_MILLIS, type Measure, type Setting } from './measure.js';

const RATES = [200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000];
const SECONDS = 3;
const TRIES = 3;

/** The last answer may be so late. */
const LATE_MILLIS = 1_000;

/** Sent before the measurement, until V8 has compiled the code. */
const FIRST_SPANS = 5_000;

/** All consoles get a rate before the next one, so that a busy moment of the machine meets all of them. */
export const measureRate: Measure = async (setting) => {
  const highest = await eachConsole(setting.consoles, () => 0);
  let left = setting.consoles;
  for (const rate of RATES) {
    const takes = await eachConsole(left, async (console) => takesRate(console, rate, setting));
    left = left.filter(({ id }) => takes[id]);
    for (const { id } of left) highest[id] = rate;
  }
  return { rate: await eachConsole(setting.consoles, ({ id }) => highest[id] || `below ${RATES[0]}`) };
};

async function takesRate(console: Console, rate: number, { node }: Setting): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const problem = await withConsole(console, node, async ({ client }) => problemAt(client, rate));
    if (problem === undefined) return true;
    process.stderr.write(`${console.name} at ${rate}/s: ${problem}\n`);
  }
  return false;
}

async function problemAt(client: Client, rate: number): Promise<string | undefined> {
  const [encoding] = Object.keys(client.receivers) as [Encoding];
  const sender = new Sender(client.receivers[encoding]!, encoding);
  await sender.send(FIRST_SPANS);
  await delay(SHOWN_MILLIS);
  const counter = await client.count();
  const { spans, refused, millis } = await sender.sendAtRate(rate, SECONDS);
  sender.close();
  await delay(SHOWN_MILLIS);
  const received = await counter.received();
  counter.close();
  if (Object.keys(refused).length > 0) return `refused ${JSON.stringify(refused)}`;
  if (millis > SECONDS * 1_000 + LATE_MILLIS) return `answered after ${(millis / 1_000).toFixed(1)} s`;
  return received < spans ? `shows ${received} of ${spans}` : undefined;
}
