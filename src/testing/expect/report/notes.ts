import { printable } from '../../../format/printable.js';
import type { CapturedSpan } from '../../captured.js';
import type { Difference, Finding, KeysFinding, LeafFinding, ListFinding, NotFinding } from '../comparison/difference.js';
import type { Relation } from '../pattern/expectation.js';
import { expectedText, nounOf, summaryOf, titleOf, valueText } from './words.js';

/** How many of the events are named that are there in place of a missing one. */
const MAX_OTHERS = 5;

export type Verdict = 'right' | 'wrong';

/** What stands at the left of a record's line; `none` if the pattern does not mention it. */
export const GUTTERS: Readonly<Record<Verdict | 'none', string>> = { right: '✓ ', wrong: '✗ ', none: '  ' };

/** What is to be said about one record. */
export interface Note {
  verdict: Verdict;
  /** What differs, a line each. */
  readonly lines: string[];
  /** Spans that should be below it, a line each. */
  readonly missing: string[];
}

/** What a comparison found, by the record it is to be written at. */
export class Notes {
  readonly #notes = new Map<object, Note>();
  readonly #written = new Set<Difference>();
  /** All there is to say, each with the record it is about, as it was found. */
  readonly all: string[] = [];

  of(record: object): Note | undefined {
    return this.#notes.get(record);
  }

  /** Writes down what was found for a list of spans or logs. */
  writeList({ check, places, unexpected }: ListFinding): void {
    for (const { found, outOfOrder } of places) {
      if (found === undefined) continue;
      this.#write(found);
      if (outOfOrder) this.line(found.record, 'out of order');
    }
    for (const record of unexpected) this.line(record, `not expected as ${nounOf(check.relation)}`);
  }

  line(record: object, text: string): void {
    const note = this.#noteOf(record);
    note.verdict = 'wrong';
    note.lines.push(text);
    this.all.push(`${titleOf(record)}: ${text}`);
  }

  #write(difference: Difference): void {
    if (this.#written.has(difference)) return;
    this.#written.add(difference);
    const note = this.#noteOf(difference.record);
    if (difference.cost > 0) note.verdict = 'wrong';
    for (const finding of difference.findings) this.#writeFinding(difference.record, finding);
  }

  #writeFinding(record: object, finding: Finding): void {
    const { check } = finding;
    if (check.kind !== 'list') {
      if (finding.cost > 0) for (const text of ownLines(finding)) this.line(record, text);
      if (check.kind !== 'not' || check.check.kind !== 'list') return;
      const { relation } = check.check;
      const { records } = finding as NotFinding;
      if (isSpans(relation)) for (const span of records) this.line(span, `not expected as ${nounOf(relation)}`);
      return;
    }
    const list = finding as ListFinding;
    if (!isSpans(check.relation)) {
      for (const text of linesOfList(list)) this.line(record, text);
      return;
    }
    this.writeList(list);
    for (const text of missingFrom(list)) {
      if (check.relation === 'child') {
        this.#noteOf(record).missing.push(text);
        this.all.push(`${titleOf(record)}: ${text}`);
      } else {
        this.line(record, text);
      }
    }
  }

  #noteOf(record: object): Note {
    let note = this.#notes.get(record);
    if (note === undefined) this.#notes.set(record, (note = { verdict: 'right', lines: [], missing: [] }));
    return note;
  }
}

function ownLines(finding: Finding): string[] {
  if (finding.check.kind === 'leaf') return [leafLine(finding as LeafFinding)];
  if (finding.check.kind === 'keys') {
    const { unexpected, attributes } = finding as KeysFinding;
    return unexpected.map((key) => `${printable(key)}: not expected, got ${valueText(Reflect.get(attributes, key))}`);
  }
  if (finding.check.kind !== 'not') return [];
  const { check } = finding.check;
  const { actual, records } = finding as NotFinding;
  if (check.kind === 'leaf') return [`${check.label}: expected anything but ${expectedText(check)}, got ${valueText(actual)}`];
  if (isSpans(check.relation)) return [];
  return records.map((record) => `not expected: ${nounOf(check.relation)}${nameIn(record, check.relation)}`);
}

function leafLine({ check, actual }: LeafFinding): string {
  return `${check.label}: expected ${expectedText(check)}, got ${valueText(actual)}`;
}

/** Of events, exceptions, links, which have no line of their own. */
function linesOfList(list: ListFinding): string[] {
  const { relation } = list.check;
  const noun = nounOf(relation);
  return [
    ...list.places.flatMap(({ found, outOfOrder }) => {
      if (found === undefined) return [];
      const lines = found.findings.filter(({ cost }) => cost > 0).flatMap((finding) => innerLines(finding));
      return [...lines, ...(outOfOrder ? ['out of order'] : [])].map((text) => `${noun}${nameIn(found.record, relation)}: ${text}`);
    }),
    ...list.unexpected.map((record) => `not expected: ${noun}${nameIn(record, relation)}`),
    ...missingFrom(list).map((text) => text + othersIn(list)),
  ];
}

/** Events are not in the tree that is shown: which there are instead. */
function othersIn({ check, others }: ListFinding): string {
  if (check.relation !== 'event' || others.length === 0) return '';
  const shown = others.slice(0, MAX_OTHERS).map((event) => titleOf(event));
  const hidden = others.length - shown.length;
  return `; there are ${[...shown, ...(hidden > 0 ? [`${hidden} more`] : [])].join(', ')}`;
}

function innerLines(finding: Finding): string[] {
  return finding.check.kind === 'list' ? linesOfList(finding as ListFinding) : ownLines(finding);
}

function nameIn(record: object, relation: Relation): string {
  return relation === 'event' || relation === 'span' ? ` ${titleOf(record)}` : '';
}

function missingFrom({ check, places, shortBy }: ListFinding): string[] {
  const { relation } = check;
  const what = relation === 'child' || relation === 'exception' || relation === 'link' ? '' : `${nounOf(relation)} `;
  const missing = places
    .filter(({ found }) => found === undefined)
    .map(({ expectation }) => `missing: ${what}${summaryOf(expectation, relation)}`);
  return shortBy > 0 ? [...missing, `missing: ${shortBy} more`] : missing;
}

function isSpans(relation: Relation): boolean {
  return relation === 'child' || relation === 'descendant';
}

/** Spans among some that have not ended. */
export function openAmong(spans: readonly CapturedSpan[]): CapturedSpan[] {
  return spans.filter(({ ended }) => !ended);
}
