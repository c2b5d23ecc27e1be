import type { Attributes } from '@opentelemetry/api';
import type { HostControl } from '../engine/contract.js';
import type { SeenProcess } from '../model/span-row.js';

/** Maximum number of listed processes. Past that, the one that ended first is dropped. */
const MAX_LISTED = 1_000;

interface Seen {
  /** Its name and resource are set when its first span arrives. */
  readonly process: { -readonly [Key in keyof SeenProcess]: SeenProcess[Key] };
  state: 'connected' | 'ended';
  isDescribed: boolean;
  received: number;
  lost: number;
}

/** Whether this is the SDK's default name, which must not replace an earlier name. */
function isSdkDefault(service: string): boolean {
  return /^unknown_service(?::|$)/.test(service);
}

/** The processes whose spans have arrived: the host, which is first, and others that joined or sent OTLP. */
export class SeenProcesses {
  readonly #byId = new Map<number, Seen>();
  #nextId = 1;
  readonly #onHostName: (service: string) => void;
  /** Spans lost by processes that are no longer listed. */
  #forgottenLost = 0;

  /** @param onHostName called when spans of the host give it another name than it had at its start */
  constructor(onHostName: (service: string) => void = () => {}) {
    this.#onHostName = onHostName;
  }

  add(process: Omit<SeenProcess, 'id'>): SeenProcess {
    const seen = { id: this.#nextId++, ...process };
    this.#byId.set(seen.id, { process: seen, state: 'connected', isDescribed: false, received: 0, lost: 0 });
    if (this.#byId.size > MAX_LISTED) this.#forgetEnded();
    return seen;
  }

  get(id: number): SeenProcess | undefined {
    return this.#byId.get(id)?.process;
  }

  /** Counts received spans, and spans lost before them. The first resource with a service name names the process. */
  count({ id }: SeenProcess, received: number, lost: number, resource?: Attributes): void {
    const seen = this.#byId.get(id);
    if (seen === undefined) return;
    seen.received += received;
    seen.lost += lost;
    const service = resource?.['service.name'];
    if (seen.isDescribed || resource === undefined || typeof service !== 'string') return;
    seen.isDescribed = true;
    if (!isSdkDefault(service) || seen.process.service === '') this.#name(seen, service);
    seen.process.resource = resource;
    const pid = resource['process.pid'];
    if (seen.process.pid === undefined && typeof pid === 'number') seen.process.pid = pid;
  }

  end({ id }: SeenProcess): void {
    const seen = this.#byId.get(id);
    if (seen !== undefined) seen.state = 'ended';
  }

  /** Spans lost by processes other than the host, as reported by them. */
  get lostByOthers(): number {
    let lost = this.#forgottenLost;
    for (const { process, lost: own } of this.#byId.values()) if (process.origin !== 'host') lost += own;
    return lost;
  }

  list(): ReturnType<HostControl['processes']> {
    return Array.from(this.#byId.values(), ({ process, state, received, lost }) => ({
      ...process,
      state,
      received,
      lost,
    }));
  }

  #name({ process }: Seen, service: string): void {
    if (process.service === service) return;
    process.service = service;
    if (process.origin === 'host') this.#onHostName(service);
  }

  #forgetEnded(): void {
    for (const [id, { state, lost }] of this.#byId) {
      if (state !== 'ended') continue;
      this.#forgottenLost += lost;
      this.#byId.delete(id);
      return;
    }
  }
}
