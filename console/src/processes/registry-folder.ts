import { lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

const NAME = 'otel-span-cache-console';

/** Permissions of everybody except the owner. */
const OF_OTHERS = 0o077;

/** Facts about this machine and its user that decide where the registry is. */
export interface UserPlaces {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly tmp: string;
  /** Undefined on Windows, where a profile is closed to other users by its access list. */
  readonly uid: number | undefined;
}

/** A folder that may hold the registry. */
export interface RegistryPlace {
  /** Must exist; never created. */
  readonly base: string;
  /** Whether `base` must belong to the user: under `sudo`, variables may still name another user's folders. */
  readonly ownBase: boolean;
  readonly folder: string;
}

/** The registry cannot be used. The message is one sentence. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

export function userPlaces(): UserPlaces {
  return {
    platform: process.platform,
    // oxlint-disable-next-line node/no-process-env -- the one place where the registry reads it
    env: process.env,
    home: homeOfUser(),
    tmp: tmpdir(),
    uid: process.getuid?.(),
  };
}

/** A user without an entry in the system's list has no home. */
function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/**
 * Folders in the order in which a console tries them. Readers search all of them, because the environments of the
 * service and the terminal may differ.
 */
export function registryPlaces({ platform, env, home, tmp, uid }: UserPlaces): RegistryPlace[] {
  if (platform === 'win32') {
    const base = env['LOCALAPPDATA'] ?? (home === '' ? '' : join(home, 'AppData', 'Local'));
    return base === '' ? [] : [{ base, ownBase: false, folder: join(base, NAME) }];
  }
  // A service started by the system may lack the variable, but has the same folder.
  const runtime =
    env['XDG_RUNTIME_DIR'] || (platform === 'linux' && uid !== undefined ? `/run/user/${uid}` : undefined);
  const bases = [
    ...(runtime !== undefined && isAbsolute(runtime) ? [{ base: runtime, name: NAME }] : []),
    ...(isAbsolute(home) ? [{ base: home, name: `.${NAME}` }] : []),
  ];
  const own = bases.map(({ base, name }) => ({ base, ownBase: true, folder: join(base, name) }));
  const shared = { base: tmp, ownBase: false, folder: join(tmp, `${NAME}-${uid ?? userInfo().username}`) };
  return [...new Map([...own, shared].map((place) => [place.folder, place])).values()];
}

/**
 * Creates the folder of the registry, or accepts an existing one.
 *
 * @returns false if this place is not writable; the next one may be
 * @throws RegistryError if the folder exists and somebody else could read or change it
 */
export function claimFolder(place: RegistryPlace, uid: number | undefined): boolean {
  if (!hasBase(place, uid)) return false;
  try {
    mkdirSync(place.folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return isPrivateFolder(place, uid);
}

/**
 * Whether the folder exists.
 *
 * @throws RegistryError if somebody else could read or change it
 */
export function isPrivateFolder(place: RegistryPlace, uid: number | undefined): boolean {
  if (!hasBase(place, uid)) return false;
  const stats = statsOf(place.folder);
  if (stats === undefined) return false;
  if (!stats.isDirectory()) throw new RegistryError(`${place.folder} must be a folder, to list the running consoles`);
  if (uid === undefined) return true;
  if (stats.uid !== uid) {
    throw new RegistryError(
      `${place.folder} belongs to the user with the id ${stats.uid}, not to you (${uid}): the running consoles are not listed there`,
    );
  }
  if ((stats.mode & OF_OTHERS) !== 0) {
    throw new RegistryError(
      `${place.folder} is open to other users (mode ${(stats.mode & 0o777).toString(8).padStart(4, '0')}, expected 0700): the running consoles are not listed there`,
    );
  }
  return true;
}

function hasBase({ base, ownBase }: RegistryPlace, uid: number | undefined): boolean {
  const stats = statsOf(base, true);
  return stats !== undefined && stats.isDirectory() && (!ownBase || uid === undefined || stats.uid === uid);
}

/** Symbolic links are followed only in the base: in the last segment, one could lead anywhere. */
function statsOf(path: string, followed = false): Stats | undefined {
  try {
    return followed ? statSync(path) : lstatSync(path);
  } catch {
    return undefined;
  }
}
