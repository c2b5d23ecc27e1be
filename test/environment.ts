/** Prefixes of variables that belong to the user who runs the tests, not to the programs under test. */
const SETTINGS = ['OTEL_', 'NODE_', 'FORCE_COLOR'];

/** This process's variables, for a program that a test starts; without the settings, and without others that begin so. */
export function cleanEnvironment(...others: string[]): Record<string, string | undefined> {
  const excluded = [...SETTINGS, ...others];
  const kept = Object.entries(process.env).filter(
    ([name]) => !excluded.some((beginning) => name.startsWith(beginning)),
  );
  return Object.fromEntries(kept);
}
