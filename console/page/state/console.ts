import type { ConsoleStats, Hello } from '../../src/api/schemas.js';
import { get, Refused } from '../api/client.js';
import { connection, epoch, refuse } from '../api/live.js';
import { line } from '../text/shown.js';
import { note, noteEpoch } from './route.js';
import { effect, signal } from './signal.js';
import { token } from './token.js';

/** The service that this page shows, read again after each restart. */
export const hello = signal<Hello | undefined>(undefined);

/** Why the history is shorter than the age of this page or of the service. */
export interface Restart {
  readonly of: 'service' | 'console';
  /** When the history was lost; null if it ended with its service. */
  readonly at: number | null;
}

export const restart = signal<Restart | undefined>(undefined);

/** The last start of the service that this page has seen, and whether there was another one before it. */
let seen: string | undefined;
let wasRestarted = false;

export function startConsole(): void {
  effect(() => {
    const now = epoch.value;
    // Repeated when a lost connection is back, because an answer may have been lost with it.
    if (token.value === undefined || connection.value === 'lost' || now === hello.peek()?.epoch) return;
    if (seen !== undefined && seen !== now) {
      wasRestarted = true;
      // The service reuses the numbers for other rows.
      note({ row: '', mark: '' });
    }
    seen = now;
    void ask();
  });
}

async function ask(): Promise<void> {
  try {
    const [next, { worker }] = await Promise.all([get<Hello>('hello'), get<ConsoleStats>('stats')]);
    hello.value = next;
    if (worker.historyLostAt !== null) restart.value = { of: 'console', at: worker.historyLostAt };
    else if (wasRestarted) restart.value = { of: 'service', at: null };
    noteEpoch();
    document.title = `${line(serviceName(), 60)} · otel-span-cache`;
  } catch (error) {
    if (error instanceof Refused) refuse(error);
  }
}

/** The process of the service itself, once it is known. */
export function host(): Hello['processes'][number] | undefined {
  return hello.value?.processes.find(({ origin }) => origin === 'host');
}

export function serviceName(): string {
  return host()?.service ?? 'console';
}
