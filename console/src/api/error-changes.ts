import type { ErrorGroup } from './schemas.js';

/** Groups of errors before and after a point in time. A group has the same id in both. */
export interface ErrorChanges {
  readonly before: readonly ErrorGroup[];
  readonly after: readonly ErrorGroup[];
  readonly at: number;
}

export interface ComparedGroup {
  readonly group: ErrorGroup;
  readonly state: (typeof STATES)[number];
  /** Occurrences before. */
  readonly was: Pick<ErrorGroup, 'count' | 'perMinute'>;
}

export const STATES = ['new', 'remains', 'gone'] as const;

const NONE = { count: 0, perMinute: 0 };

/**
 * New groups first, then remaining ones, then groups that are gone.
 *
 * Counts cover whole seconds, so the second of the mark is in both lists; the times of the groups decide which are new
 * or gone.
 */
export function comparedGroups({ before, after, at }: ErrorChanges): ComparedGroup[] {
  const since = after.filter(({ lastSeen }) => lastSeen >= at);
  const earlier = new Map(before.filter(({ firstSeen }) => firstSeen < at).map((group) => [group.id, group]));
  const still = new Set(since.map(({ id }) => id));
  const all = [
    ...since.map((group): ComparedGroup => ({
      group,
      state: earlier.has(group.id) ? 'remains' : 'new',
      was: earlier.get(group.id) ?? NONE,
    })),
    ...[...earlier.values()]
      .filter(({ id }) => !still.has(id))
      .map((group): ComparedGroup => ({ group, state: 'gone', was: group })),
  ];
  return all.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
}

/** The compared groups as rows of an answer, with their figures after the mark. */
export function groupsWithBefore(changes: ErrorChanges): ErrorGroup[] {
  return comparedGroups(changes).map(withBefore);
}

function withBefore({ group, state, was: { count, perMinute } }: ComparedGroup): ErrorGroup {
  const before = { count, perMinute };
  return state === 'gone' ? { ...group, ...NONE, spark: group.spark.map(() => 0), before } : { ...group, before };
}
