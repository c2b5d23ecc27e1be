import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { newProject, ROOT } from '../../../test/doc-page.js';
import { cleanEnvironment } from '../../../test/environment.js';
import { APP } from '../fixtures/express-app.js';

const run = promisify(execFile);

const README = join(ROOT, 'console/README.md');
const MAIN = join(ROOT, 'console/dist/cli/main.js');

/** A command and the block with its output below. */
const SHOWN = /```sh\nnpx otel-span-cache-console (.+)\n```\n\n```text\n([^`]*)```/g;

/** The output without everything that differs from run to run: times, durations, ids, ports, rates and bars. */
function settled(text: string): string[] {
  const lines = settledLines(text);
  // The critical path has the parts that take the most time: others in each run.
  const path = lines.findIndex((line) => line.startsWith('critical path'));
  return path < 0 ? lines : lines.slice(0, path + 1);
}

function settledLines(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\b(?:[0-9a-f]{32}|[0-9a-f]{8})\b/g, 'ID')
        .replaceAll(/\b\d\d:\d\d:\d\d\.\d{3}\b/g, 'TIME')
        .replaceAll(/[\d.]+ (?:µs|ms|s)\b/g, 'DURATION')
        .replaceAll(/[▁▂▃▄▅▆▇▏▎▍▌▋▊▉█━▬╸╺╴╶─]+/g, 'BAR')
        .replaceAll(/ [\d.]+ %/g, ' SHARE')
        .replaceAll(/^( *\d+) +[\d.]+ /g, '$1 RATE ')
        .replaceAll(/ +/g, ' ')
        .replaceAll(/BAR(?: BAR)+/g, 'BAR')
        .trim(),
    );
}

describe('The output in the README of the console', function () {
  this.timeout(300_000);

  let folder: string;
  let service: ChildProcess;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    folder = newProject('console-readme', [['app.cjs', APP]]);
    env = {
      ...cleanEnvironment(),
      XDG_RUNTIME_DIR: folder,
      HOME: folder,
      TMPDIR: folder,
      COLUMNS: '120',
      OTEL_SERVICE_NAME: 'shop',
    };
    service = spawn(process.execPath, [MAIN, 'run', 'app.cjs'], { cwd: folder, env, detached: true });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      service[name]!.on('data', (text) => (output[name] += String(text)));
    const address = await found(() => /^at (\S+)$/m.exec(output.stdout)?.[1]);
    await found(() => /^otel-span-cache-console: shop at http/m.exec(output.stderr)?.[0]);
    for (const id of [1, 2, 3, 4, 5, 13]) await fetch(`${address}/orders/${id}`).then((response) => response.text());
    for (let lines = 0; lines < 6;) lines = (await command('traces', '--json')).trim().split('\n').length;
  });

  after(async () => {
    if (service.exitCode === null) {
      process.kill(-service.pid!, 'SIGKILL');
      await once(service, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function found(look: () => string | undefined): Promise<string> {
    for (let tries = 0; tries < 1_200; tries++) {
      const text = look();
      if (text !== undefined) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('not within 60 s');
  }

  async function command(...args: readonly string[]): Promise<string> {
    return (await run(process.execPath, [MAIN, ...args], { cwd: folder, env })).stdout;
  }

  /** The output of a command that is shown; `tail` is interrupted after three lines. */
  async function outputOf(shown: string): Promise<string> {
    const [name, ...args] = shown.split(' ');
    if (name === 'trace') {
      const [failed] = (await command('traces', 'status = error', '--json')).split('\n');
      return command('trace', (JSON.parse(failed!) as { traceId: string }).traceId.slice(0, 8));
    }
    if (name !== 'tail') return command(name!, ...args);
    const tail = spawn(process.execPath, [MAIN, 'tail', '--last', '3'], { cwd: folder, env });
    let text = '';
    tail.stdout.on('data', (chunk) => (text += String(chunk)));
    await found(() => (text.split('\n').length > 3 ? text : undefined));
    tail.kill('SIGINT');
    await once(tail, 'close');
    return text;
  }

  it('is the output of the commands for such a service', async () => {
    const page = readFileSync(README, 'utf8');
    const calls = [...page.matchAll(SHOWN)].map(([, call]) => call!);
    const outputs: string[] = [];
    for (const call of calls) outputs.push(await outputOf(call));
    if (process.env['UPDATE_OUTPUT'] !== undefined) {
      const next = outputs.values();
      const id = outputs[1]!.slice('trace '.length, 'trace '.length + 8);
      const written = page.replaceAll(SHOWN, (block, call: string, shown: string) =>
        block
          .replace(call, call.startsWith('trace ') ? `trace ${id}` : call)
          .replace(shown, `${next.next().value!.trimEnd()}\n`),
      );
      writeFileSync(README, written);
    }

    const blocks = [...readFileSync(README, 'utf8').matchAll(SHOWN)].map(([, , text]) => text!);

    const id = /^npx otel-span-cache-console trace (\w{8})$/m.exec(readFileSync(README, 'utf8'))?.[1];
    expect(blocks[0]).to.include(`  ${id}  `);
    expect(blocks[1]).to.match(new RegExp(`^trace ${id}`));
    expect(calls.map((call) => call.split(' ')[0])).to.deep.equal(['tail', 'trace', 'stacks']);
    expect(blocks.map(settled)).to.deep.equal(outputs.map(settled));
  });
});
