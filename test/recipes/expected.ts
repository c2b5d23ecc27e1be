import { expect } from 'chai';
import { PAGE } from './projects.js';
import type { Seen } from './running.js';

/** Checks the telemetry of shop.mjs: both spans in one trace, each with its log lines. */
export function expectShop({ spans, orphans }: Seen): void {
  expect(spans.map(({ name, events }) => ({ name, events }))).to.have.deep.members([
    { name: 'place order', events: ['order placed'] },
    { name: 'charge card', events: ['card declined'] },
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).to.have.property('size', 1);
  expect(orphans).to.deep.equal([]);
}

/** Checks that no span of shop.mjs came, and what became of the log records. */
export function expectOrphans(seen: Seen, reason: string): void {
  expect(seen.spans.filter(({ events }) => events.length > 0)).to.deep.equal([]);
  expect(seen.orphans).to.deep.equal([`order placed: ${reason}`, `card declined: ${reason}`]);
}

/** The tree that the page shows for shop.mjs, without what differs from run to run. */
export const SHOWN_TREE = stable(PAGE.blocks('text')[0]!);

export function stable(tree: string): string {
  return tree
    .replaceAll(/[0-9a-f]{32}/g, 'id')
    .replaceAll(/pid \d+/g, 'pid n')
    .replaceAll(/\+?\d[\d.]* (?:µs|ms|s)\b/g, 'time')
    .replaceAll(/[━╺╸•]/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}
