import type { Coverage, Frame, Hello, TraceSummary } from '../../api/schemas.js';
import type { Call } from '../command.js';
import { ClientError } from '../../client/client-error.js';
import { piece } from '../../text/styled.js';
import { counted, duration, grouped } from '../../text/units.js';
import { traceLine } from '../views/trace-line.js';

/** Interval at which the remark on a lasting problem is repeated. */
const REMARK_MILLIS = 5_000;
/** Shorter delays of the event loop are not reported. */
const BLOCKED_MILLIS = 500;

/** Prints each trace once, from frames or from answers, and reports missing ones. */
export class TailOutput {
  readonly #call: Call;
  /** Number of earlier traces still to be shown. */
  #last: number;
  #epoch: string | undefined;
  #seq = 0;
  /** Ids of rows ascend within an epoch; rows up to this id have been printed. */
  #seenId = -1;
  #services = false;
  #lost: number | undefined;
  #blockedMillis = 0;
  readonly #saidAt = new Map<string, number>();

  constructor(call: Call, last: number) {
    this.#call = call;
    this.#last = last;
  }

  /** The position of the last frame, from which a new stream continues. */
  get position(): string | undefined {
    return this.#epoch === undefined ? undefined : `${this.#epoch}.${this.#seq}`;
  }

  onHello({ epoch, processes }: Hello): void {
    this.#services = processes.length > 1;
    if (this.#epoch !== undefined && epoch !== this.#epoch) this.#onRestart(processes[0]?.pid ?? null);
  }

  async onFrame({ epoch, seq, data, stats, reset, cut = 0 }: Frame): Promise<void> {
    if (this.#epoch !== undefined && epoch !== this.#epoch) this.#onRestart(null);
    this.#epoch = epoch;
    this.#seq = seq;
    this.#onLosses(stats.coverage);
    this.#onLoop(stats.loop.blockedMillis);
    const { rowsOfFrame } = await import('./rows-of-frame.js');
    const parsed = rowsOfFrame.safeParse(data ?? {});
    if (!parsed.success) throw new ClientError('the live view has sent something other than traces');
    const { rows } = parsed.data;
    if (rows !== undefined) await this.onRows('set' in rows ? rows.set : rows, cut > 0 || reset === 'behind');
  }

  /** @param isPart whether the console has left out some rows */
  async onRows(rows: readonly TraceSummary[], isPart = false): Promise<void> {
    const fresh = rows.filter(({ id }) => id > this.#seenId).sort((one, other) => one.id - other.id);
    const isFirst = this.#seenId < 0;
    this.#seenId = Math.max(this.#seenId, 0, ...fresh.map(({ id }) => id));
    if (!isFirst && isPart && fresh.length > 0) {
      this.#remark('left out', 'traces arrive faster than they can be shown: some are left out');
    }
    const shown = isFirst ? fresh.slice(fresh.length - Math.min(this.#last, fresh.length)) : fresh;
    // After a restart, all traces are new.
    this.#last = Infinity;
    const { terminal, values } = this.#call;
    if (values.json === true) for (const row of shown) await terminal.printJson(row);
    else await terminal.print(shown.map((row) => traceLine(row, terminal.width, this.#services)));
  }

  #onRestart(pid: number | null): void {
    this.#epoch = undefined;
    this.#seenId = -1;
    this.#lost = undefined;
    this.#blockedMillis = 0;
    this.#call.terminal.noteLine([piece(`── restarted${pid === null ? '' : `, as process ${pid}`} ──`, 'yellow')]);
  }

  #onLosses({ lost }: Coverage): void {
    const before = this.#lost ?? lost.total;
    if (lost.total <= before) this.#lost = lost.total;
    else if (this.#remark('lost', `${counted(lost.total - before, 'span')} lost, ${grouped(lost.total)} in all`)) {
      this.#lost = lost.total;
    }
  }

  #onLoop(blockedMillis: number | null): void {
    if (blockedMillis !== null && blockedMillis >= BLOCKED_MILLIS) {
      if (this.#blockedMillis === 0)
        this.#call.terminal.noteLine([piece('the event loop of the service is blocked', 'yellow')]);
      this.#blockedMillis = blockedMillis;
    } else if (this.#blockedMillis > 0) {
      const text = `the event loop of the service runs again, after at least ${duration(this.#blockedMillis)}`;
      this.#call.terminal.noteLine([piece(text, 'yellow')]);
      this.#blockedMillis = 0;
    }
  }

  /** @returns false if there was a remark of this kind a moment ago */
  #remark(kind: string, text: string): boolean {
    const now = this.#call.now();
    if (now - (this.#saidAt.get(kind) ?? -Infinity) < REMARK_MILLIS) return false;
    this.#saidAt.set(kind, now);
    this.#call.terminal.noteLine([piece(text, 'yellow')]);
    return true;
  }
}
