/** A running console, as others find it. */
export interface ConsoleEntry {
  readonly pid: number;
  /** Its name in its spans, else `startName`. */
  readonly service: string;
  /** Name of the service before its first span. Undefined if that is `service`. */
  readonly startName?: string | undefined;
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

/**
 * Whether two consoles may belong to one service, before and after a restart. Until its first span, a new process has
 * only the name that the old one had at its start.
 */
export function isSameService(one: NamedService, other: NamedService): boolean {
  if (one.service === other.service) return true;
  const isNamed = one.startName !== undefined && other.startName !== undefined;
  return !isNamed && (one.startName ?? one.service) === (other.startName ?? other.service);
}

export type NamedService = Pick<ConsoleEntry, 'service' | 'startName'>;

/** @throws TypeError naming the invalid member and the expectation */
export function checkEntry(entry: ConsoleEntry): void {
  const problem = problemOf(entry);
  if (problem !== undefined) throw new TypeError(problem);
}

export function printEntry(entry: StoredEntry): string {
  const service = entry.service.slice(0, MAX_SERVICE_LENGTH);
  const startName = entry.startName?.slice(0, MAX_SERVICE_LENGTH);
  return `${JSON.stringify({ ...entry, service, startName })}\n`;
}

/** @returns undefined if the text is not an entry */
export function parseEntry(text: string): StoredEntry | undefined {
  try {
    const { pidSpace, processStart, ...stored } = JSON.parse(text) as StoredEntry;
    const entry = entryOf(stored);
    if (problemOf(entry) !== undefined || typeof pidSpace !== 'string') return undefined;
    if (processStart !== undefined && typeof processStart !== 'string') return undefined;
    return { ...entry, pidSpace, processStart };
  } catch {
    return undefined;
  }
}

/** Only the members that others see. */
export function entryOf({ pid, service, startName, url, token, startedAt }: ConsoleEntry): ConsoleEntry {
  return { pid, service, ...(startName === undefined ? {} : { startName }), url, token, startedAt };
}

function problemOf({
  pid,
  service,
  startName,
  url,
  token,
  startedAt,
}: { readonly [member in keyof ConsoleEntry]: unknown }) {
  if (!Number.isSafeInteger(pid) || (pid as number) < 1) return `pid must be a positive integer, got ${String(pid)}`;
  if (typeof service !== 'string') return `service must be a string, got ${typeof service}`;
  if (startName !== undefined && typeof startName !== 'string') {
    return `startName must be a string, got ${typeof startName}`;
  }
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
