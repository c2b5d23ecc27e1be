/** A running console, as others find it. */
export interface ConsoleEntry {
  readonly pid: number;
  readonly service: string;
  /** Without the token, such as `http://127.0.0.1:4380/`. */
  readonly url: string;
  readonly token: string;
  /** Start of the console, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

/** The content of a file of the registry. */
export interface StoredEntry extends ConsoleEntry {
  /** Result of `pidSpace()` when it was written. */
  readonly pidSpace: string;
  /** Result of `startOfProcess()` when it was written. */
  readonly processStart: string | undefined;
}

/** Far more than the size of an entry. */
export const MAX_ENTRY_BYTES = 16_384;

const MAX_SERVICE_LENGTH = 1_024;

/** @throws TypeError naming the invalid member and the expectation */
export function checkEntry({ pid, service, url, token, startedAt }: ConsoleEntry): void {
  const problem = problemOf({ pid, service, url, token, startedAt });
  if (problem !== undefined) throw new TypeError(problem);
}

export function printEntry(entry: StoredEntry): string {
  const service = entry.service.slice(0, MAX_SERVICE_LENGTH);
  return `${JSON.stringify({ ...entry, service })}\n`;
}

/** @returns undefined if the text is not an entry */
export function parseEntry(text: string): StoredEntry | undefined {
  try {
    const { pid, service, url, token, startedAt, pidSpace, processStart } = JSON.parse(text) as StoredEntry;
    if (problemOf({ pid, service, url, token, startedAt }) !== undefined || typeof pidSpace !== 'string')
      return undefined;
    if (processStart !== undefined && typeof processStart !== 'string') return undefined;
    return { pid, service, url, token, startedAt, pidSpace, processStart };
  } catch {
    return undefined;
  }
}

function problemOf({ pid, service, url, token, startedAt }: { readonly [member in keyof ConsoleEntry]: unknown }) {
  if (!Number.isSafeInteger(pid) || (pid as number) < 1) return `pid must be a positive integer, got ${String(pid)}`;
  if (typeof service !== 'string') return `service must be a string, got ${typeof service}`;
  if (typeof url !== 'string' || !isHttp(url)) return `url must be an address with http: or https:, got ${String(url)}`;
  if (typeof token !== 'string' || token === '') return 'token must be a string that is not empty';
  if (typeof startedAt !== 'number' || !Number.isFinite(startedAt)) {
    return `startedAt must be a number of milliseconds, got ${String(startedAt)}`;
  }
  return undefined;
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
