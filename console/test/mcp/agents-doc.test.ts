import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { DEFINITIONS } from '../../src/mcp/definitions.js';
import { agentConsole, closeAgents, textOf, type AgentConsole } from './agent-console.js';
import { order } from './shop.js';

const PAGE = new URL('../../docs/agents.md', import.meta.url);

/** A call in a block of the page: the tool, its arguments, and the answer below. */
const BLOCK = /```text\n([a-z_]+) (\{.*\})\n([^`]*)```/g;

/** Numbers that differ from run to run. */
function settled(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'TRACE')
    .replaceAll(/#[0-9a-f]{16}\b/g, '#SPAN')
    .replaceAll(/untrusted-data-[0-9a-f]{8}/g, 'untrusted-data-NONCE')
    .replaceAll(/\b(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/^[\d.]+ spans\/s.*$/gm, 'PULSE')
    .replaceAll(/, and [^,]+ after\./g, ', and TIME after.')
    .replaceAll(/http:\S+/g, 'LINK')
    .replaceAll(/\b\d{13}\.\.\d{13}\b/g, 'WINDOW');
}

function fill(console: AgentConsole): void {
  for (let index = 0; index < 20; index++) order({ ...console, queries: 1, attributes: { 'app.items': 1 } });
  for (let index = 0; index < 4; index++) order({ ...console, queries: 12, attributes: { 'app.items': 12 } });
  order({ ...console, route: '/pay', fails: true });
}

async function fix(console: AgentConsole): Promise<void> {
  await console.call('mark', { name: 'fix' });
  for (let index = 0; index < 20; index++) order({ ...console, queries: 1, attributes: { 'app.items': 12 } });
  await console.settled();
}

describe('docs/agents.md', () => {
  afterEach(closeAgents);

  it('lists every tool with its arguments', () => {
    const page = readFileSync(PAGE, 'utf8');

    const rows = [...page.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, name, args]) => [
      name,
      args!.replaceAll('`', '').split(', '),
    ]);

    const expected = DEFINITIONS.map(({ name, inputSchema }) => [
      name,
      Object.keys(inputSchema['properties'] as object).filter((key) => key !== 'budget'),
    ]);
    expect(rows).to.deep.equal(expected);
  });

  it('shows answers as the tools give them', async () => {
    const page = readFileSync(PAGE, 'utf8');
    const console = await agentConsole();
    fill(console);
    await console.settled();

    const answers: string[] = [];
    const calls: string[] = [];
    let traceId = '';
    for (const [, name, written] of page.matchAll(BLOCK)) {
      const args = written!.replace(/\b[0-9a-f]{32}\b/, traceId);
      if (args.includes('"mark"')) await fix(console);
      const answer = await console.call(name!, JSON.parse(args) as Record<string, unknown>);
      traceId = /\b[0-9a-f]{32}\b/.exec(textOf(answer))?.[0] ?? traceId;
      answers.push(textOf(answer));
      calls.push(`\`\`\`text\n${name} ${args}\n\n${textOf(answer)}\n\`\`\``);
    }
    if (process.env['UPDATE_OUTPUT'] !== undefined) {
      const written = page.replaceAll(BLOCK, () => calls.shift()!);
      writeFileSync(PAGE, written.replaceAll(`${console.url}/`, 'http://127.0.0.1:4380/'));
    }

    const shown = [...readFileSync(PAGE, 'utf8').matchAll(BLOCK)].map(([, , , text]) => text!.trim());
    expect(answers).to.have.length(5);
    expect(shown.map(settled)).to.deep.equal(answers.map(settled));
  });
});
