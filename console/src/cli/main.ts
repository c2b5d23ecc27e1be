#!/usr/bin/env node
import { runCommandLine } from './command-line.js';
import { EXIT } from './exit.js';

/* The command `otel-span-cache-console`. */

const interrupted = new AbortController();

/** On the first interruption the command restores the terminal; the second one ends it at once. */
function interrupt(): void {
  if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
  interrupted.abort();
}

// The program started by `run` handles its signals itself.
if (process.argv[2] !== 'run') process.on('SIGINT', interrupt);

const { stdin, stdout, stderr, env } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), { stdin, stdout, stderr, env }, interrupted.signal);
// An unanswered question, or a reader that never returns, must not keep the process alive.
stdin.unref?.();
