import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * Options and positionals of a script of this repository. `--help` prints its usage and ends the process; wrong
 * arguments end it as `refuse()` does.
 */
export function argumentsOf<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    return refuse(usage, (error as Error).message);
  }
}

/** Ends the process with exit code 2, after one sentence and the usage. */
export function refuse(usage: string, sentence: string): never {
  process.stderr.write(`${sentence}\n\n${usage}\n`);
  process.exit(2);
}
