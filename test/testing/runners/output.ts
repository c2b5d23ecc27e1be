import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** The output of a runner for a fixture, without the parts that vary by run or machine. */
export async function outputOf(script: readonly string[], cwd: string, node = process.execPath): Promise<string> {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _2, ...env } = process.env;
  const child = spawn(node, script, { cwd, env: { ...env, CI: '1', NO_COLOR: '1', FORCE_COLOR: '0' } });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const status = await new Promise((resolve) => child.on('close', resolve));
  const output = chunks.join('');
  if (typeof status !== 'number' || status === 0)
    throw new Error(`expected failing tests, got ${String(status)}:\n${output}`);
  return stable(output);
}

function stable(output: string): string {
  return output
    .replaceAll('file://', '')
    .replaceAll(ROOT, '')
    .split('\n')
    .filter(
      (line) => !isForeignFrame(line) && !/^\s*(?:# duration_ms|duration_ms:|Time:|Start at|Duration|RUN) /.test(line),
    )
    .map((line) => line.replaceAll(/ \(?[\d.]+ ?m?s\)?(?![\w.])/g, '').trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** A line of a stack trace that is not in the fixture. */
function isForeignFrame(line: string): boolean {
  const isFrame =
    /^\s+at .+:\d+:\d+\)?$/.test(line) ||
    /^ {4}\S.* \(\S+:\d+:\d+\)$/.test(line) ||
    /\b(?:dist\/esm|otel-span-cache\/src)\/\S+:\d+:\d+$/.test(line);
  return isFrame && !/\b(?:shop|assertions)\.(?:test\.)?m?js:\d/.test(line);
}

/** Compares an output with its file. UPDATE_OUTPUT=1 rewrites the file; review the difference. */
export function expectOutput(file: string, output: string): void {
  const path = here(file);
  if (process.env['UPDATE_OUTPUT'] === '1') writeFileSync(path, `${output}\n`);
  expect(output).to.equal(readFileSync(path, 'utf8').trimEnd());
}
