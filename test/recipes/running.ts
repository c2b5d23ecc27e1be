import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SpanCache } from '../../src/index.js';
import { cleanEnvironment } from '../environment.js';

/** A build of Next.js takes a quarter of a minute, on a busy machine many times that. */
const TIMEOUT_MILLIS = 220_000;

export type Env = Readonly<Record<string, string>>;

/** The report of fixtures/programs/probe.mjs. */
export interface Seen {
  readonly spans: readonly {
    readonly name: string;
    readonly traceId: string;
    readonly sampled: boolean;
    readonly revision: number;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly events: readonly string[];
  }[];
  readonly orphans: readonly string[];
  readonly stats: ReturnType<SpanCache['stats']>;
}

/** Runs Node to its end, and returns what it printed. Rejects if the program fails. */
export async function run(
  cwd: string,
  args: readonly string[],
  env: Env = {},
  node = process.execPath,
): Promise<string> {
  const others = { ...cleanEnvironment('LANGFUSE_', 'SENTRY_', 'VERCEL', 'NEXT_'), OTEL_METRICS_EXPORTER: 'none' };
  const settings = { cwd, env: { ...others, ...env }, timeout: TIMEOUT_MILLIS };
  try {
    const { stdout, stderr } = await promisify(execFile)(node, args, settings);
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`node ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/**
 * Runs a program with a recipe, and returns the deliveries of the recipe's cache.
 *
 * @param files loaded before the program; the first of them has the cache
 */
export async function probe(
  cwd: string,
  files: string | readonly [string, ...string[]],
  program: string,
  env: Env = {},
  node?: string,
): Promise<Seen> {
  const [recipe, ...others] = typeof files === 'string' ? [files] : files;
  const loaded = [recipe, 'probe.mjs', ...others].flatMap((file) => ['--import', `./${file}`]);
  const printed = await run(cwd, [...loaded, program], { ...env, RECIPE: `./${recipe}` }, node);
  const [, seen] = /^seen (.*)$/m.exec(printed)!;
  return JSON.parse(seen!) as Seen;
}
