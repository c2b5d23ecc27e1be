import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, pidSpace, startOfProcess } from './process-identity.js';
import {
  checkEntry,
  entryOf,
  MAX_ENTRY_BYTES,
  parseEntry,
  printEntry,
  type ConsoleEntry,
  type StoredEntry,
} from './registry-entry.js';
import {
  claimFolder,
  isPrivateFolder,
  RegistryError,
  registryPlaces,
  userPlaces,
  type RegistryPlace,
  type UserPlaces,
} from './registry-folder.js';

export { RegistryError } from './registry-folder.js';
export type { ConsoleEntry } from './registry-entry.js';

/*
 * The running consoles of this user: a folder with mode 0700, and in it a file with mode 0600 for each console.
 *
 * The files carry tokens, so the folder is refused unless it belongs to the user and is closed to everybody else. Only
 * `node:` modules are imported, because the service's main thread registers its console.
 */

/** Maximum number of files read per folder, far more than one user's running consoles. */
const MAX_FILES = 1_000;

/**
 * Age from which leftovers are deleted: unfinished files, which are normally renamed at once, and entries of other
 * machines or containers.
 */
const UNFINISHED_MILLIS = 60_000;
const FOREIGN_MILLIS = 7 * 24 * 3_600_000;

/** Time that a console has to answer, where the start of its process is unknown. */
const HEALTH_MILLIS = 1_000;

const ENTRY = /^\d+-[0-9a-f]{16}\.json$/;
const UNFINISHED = /^\d+-[0-9a-f]{16}\.tmp$/;

export interface Registration {
  /**
   * Lists the console under the name that its spans have. Readers see the old entry or the new one. Does nothing after
   * `remove()`.
   *
   * @throws RegistryError if the entry cannot be written; the old one stays
   */
  rename(service: string): void;
  /** Removes the console from the list. Idempotent; never throws. */
  remove(): void;
}

/**
 * Lists a console from now until `remove()`, or until the process exits by itself. A signal that the process does not
 * handle ends it without calling a hook, and adding a handler would keep it alive. The file then stays until the next
 * reader deletes it.
 *
 * @throws RegistryError if there is no folder that only this user can read
 * @throws TypeError if a member of `entry` is invalid
 */
export function register(entry: ConsoleEntry, user: UserPlaces = userPlaces()): Registration {
  checkEntry(entry);
  const folder = firstFolder(user);
  const file = join(folder, `${entry.pid}-${randomBytes(8).toString('hex')}.json`);
  const stored = { ...entryOf(entry), pidSpace: pidSpace(), processStart: startOfProcess(entry.pid) };
  writeWhole(file, printEntry(stored));
  let listed = true;
  const rename = (service: string): void => {
    const startName = entry.startName ?? entry.service;
    const names = { service, startName: startName === service ? undefined : startName };
    if (listed) writeWhole(file, printEntry({ ...stored, ...names }));
  };
  const remove = (): void => {
    listed = false;
    process.removeListener('exit', remove);
    tryUnlink(file);
  };
  process.once('exit', remove);
  return { rename, remove };
}

/**
 * The running consoles, newest first. Deletes the entries of processes that are gone.
 *
 * @throws RegistryError if none is found and a folder was refused
 */
export async function listRunning(user: UserPlaces = userPlaces()): Promise<ConsoleEntry[]> {
  const refused: RegistryError[] = [];
  const space = pidSpace();
  const found = registryPlaces(user).flatMap((place) => entriesOf(place, user.uid, space, refused));
  const running = await Promise.all(found.map((each) => isRunning(each.entry)));
  found.forEach(({ file }, index) => {
    if (!running[index]) tryUnlink(file);
  });
  const listed = found.filter((_, index) => running[index]);
  const [refusal] = refused;
  if (listed.length === 0 && refusal !== undefined) throw refusal;
  return listed
    .map(({ entry }) => entryOf(entry))
    .sort((one, other) => other.startedAt - one.startedAt || one.pid - other.pid);
}

interface Found {
  readonly file: string;
  readonly entry: StoredEntry;
}

function firstFolder(user: UserPlaces): string {
  const places = registryPlaces(user);
  const place = places.find((each) => claimFolder(each, user.uid));
  if (place === undefined) {
    const tried = places.map(({ folder }) => folder).join(', ') || 'none, as LOCALAPPDATA is not set';
    throw new RegistryError(`no folder can be written to list the running consoles (tried: ${tried})`);
  }
  return place.folder;
}

/** Writes a file atomically. */
function writeWhole(file: string, text: string): void {
  const unfinished = file.replace(/json$/, 'tmp');
  try {
    writeFileSync(unfinished, text, { flag: 'wx', mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    tryUnlink(unfinished);
    throw new RegistryError(`the console cannot be listed in ${file}: ${(error as Error).message}`);
  }
}

/** The entries of a folder that belong to this machine. Old leftovers are deleted. */
function entriesOf(place: RegistryPlace, uid: number | undefined, space: string, refused: RegistryError[]): Found[] {
  try {
    if (!isPrivateFolder(place, uid)) return [];
  } catch (error) {
    refused.push(error as RegistryError);
    return [];
  }
  return filesOf(place.folder).flatMap((name) => {
    const file = join(place.folder, name);
    const { entry, ageMillis } = readEntry(file);
    const patience = UNFINISHED.test(name) || entry === undefined ? UNFINISHED_MILLIS : FOREIGN_MILLIS;
    if (entry?.pidSpace === space && ENTRY.test(name)) return [{ file, entry }];
    if (ageMillis > patience) tryUnlink(file);
    return [];
  });
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => ENTRY.test(name) || UNFINISHED.test(name))
      .slice(0, MAX_FILES);
  } catch {
    return [];
  }
}

function readEntry(file: string): { readonly entry: StoredEntry | undefined; readonly ageMillis: number } {
  try {
    const stats = lstatSync(file);
    const ageMillis = Date.now() - stats.mtimeMs;
    if (!stats.isFile() || stats.size > MAX_ENTRY_BYTES) return { entry: undefined, ageMillis };
    return { entry: parseEntry(readFileSync(file, 'utf8')), ageMillis };
  } catch {
    return { entry: undefined, ageMillis: 0 };
  }
}

/** Whether the console's process still runs. The pid alone is not enough, because systems reuse pids. */
async function isRunning(entry: StoredEntry): Promise<boolean> {
  if (!isAlive(entry.pid)) return false;
  const start = startOfProcess(entry.pid);
  if (start !== undefined && entry.processStart !== undefined) return start === entry.processStart;
  return isListening(entry.url);
}

/** Whether anything answers. A console that is too busy to answer counts as running. */
async function isListening(url: string): Promise<boolean> {
  const { httpRequest } = await import('../client/http-request.js');
  const signal = AbortSignal.timeout(HEALTH_MILLIS);
  try {
    (await httpRequest(new URL('/health', url), { headers: {}, signal })).destroy();
    return true;
  } catch {
    return signal.aborted;
  }
}

function tryUnlink(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Another reader has deleted it, or the folder is gone.
  }
}
