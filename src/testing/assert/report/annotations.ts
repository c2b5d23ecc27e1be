import { printable } from '../../../trace/text/printable.js';
import { counted } from '../../../model/text-of.js';
import type { CapturedSpan } from '../../../trace/captured-span.js';
import { firstTexts } from '../../first-texts.js';
import type {
  Difference,
  Finding,
  KeysFinding,
  LeafFinding,
  ListFinding,
  NotFinding,
} from '../comparison/difference.js';
import { isOfSpans, type Relation } from '../pattern/expectation.js';
import { run, type Task } from '../task.js';
import { expectedText, summaryOf, titleOf, valueText } from './describe.js';

const MAX_OTHERS = 5;
/** Maximum nesting of differences that are reported in the line of their parent record. */
const MAX_INNER = 10;
const MAX_LINES = 25;
const MAX_MISSING = 20;

export type Verdict = 'right' | 'wrong';

/** Mark at the left of a record's line; `none` if the pattern does not mention the record. */
export const GUTTERS: Readonly<Record<Verdict | 'none', string>> = { right: '✓ ', wrong: '✗ ', none: '  ' };

export interface Annotation {
  verdict: Verdict;
  readonly lines: string[];
  /** One line per missing child. */
  readonly missing: string[];
}

/** The first lines about one record, and a count of the others. */
export function firstLines(lines: readonly string[]): readonly string[] {
  return firstTexts(lines, MAX_LINES, String);
}

/** Differences as lines of text, attached to the records that they are about. */
export class Annotations {
  readonly #notes = new Map<object, Annotation>();
  readonly #written = new Set<Difference>();
  /** All lines, each prefixed with the name of its record, in the order of discovery. */
  readonly all: string[] = [];

  /** The first difference and a count of the others, on one line. Undefined if there are none. */
  get summary(): string | undefined {
    const [first, ...others] = this.all;
    return others.length === 0 ? first : `${first} (and ${counted(others.length, 'more difference')})`;
  }

  of(record: object): Annotation | undefined {
    return this.#notes.get(record);
  }

  /** Annotates the records of a list of spans or log records. */
  writeList(finding: ListFinding): void {
    run(this.#writeList(finding));
  }

  /** Annotates one record, and the spans below it. */
  writeRecord(difference: Difference): void {
    run(this.#write(difference));
  }

  *#writeList({ check, places, unexpected }: ListFinding): Task<void> {
    for (const { found, outOfOrder } of places) {
      if (found === undefined) continue;
      yield this.#write(found);
      if (outOfOrder) this.line(found.record, 'out of order');
    }
    for (const record of unexpected) this.line(record, `not expected as ${check.relation}`);
  }

  line(record: object, text: string): void {
    const note = this.#noteOf(record);
    note.verdict = 'wrong';
    note.lines.push(text);
    this.all.push(`${titleOf(record)}: ${text}`);
  }

  *#write(difference: Difference): Task<void> {
    if (this.#written.has(difference)) return;
    this.#written.add(difference);
    const note = this.#noteOf(difference.record);
    if (difference.cost > 0) note.verdict = 'wrong';
    for (const finding of difference.findings) yield* this.#writeFinding(difference.record, finding);
  }

  *#writeFinding(record: object, finding: Finding): Task<void> {
    if ('places' in finding) {
      const { relation } = finding.check;
      if (!isOfSpans(relation)) {
        for (const text of linesOfList(finding)) this.line(record, text);
        return;
      }
      yield* this.#writeList(finding);
      for (const text of missingFrom(finding)) {
        if (relation !== 'child') {
          this.line(record, text);
          continue;
        }
        this.#noteOf(record).missing.push(text);
        this.all.push(`${titleOf(record)}: ${text}`);
      }
      return;
    }
    if (finding.cost > 0) for (const text of ownLines(finding)) this.line(record, text);
    if (!('records' in finding) || finding.check.check.kind === 'leaf') return;
    const { relation } = finding.check.check;
    if (isOfSpans(relation)) for (const span of finding.records) this.line(span, `not expected as ${relation}`);
  }

  #noteOf(record: object): Annotation {
    let note = this.#notes.get(record);
    if (note === undefined) this.#notes.set(record, (note = { verdict: 'right', lines: [], missing: [] }));
    return note;
  }
}

/** Lines about a record's own values. */
function ownLines(finding: LeafFinding | KeysFinding | NotFinding): string[] {
  if ('attributes' in finding) {
    const { unexpected, attributes } = finding;
    return unexpected.map((key) => `${printable(key)}: not expected, got ${valueText(Reflect.get(attributes, key))}`);
  }
  const got = `got ${valueText(finding.actual)}`;
  if (!('records' in finding)) return [`${finding.check.label}: expected ${expectedText(finding.check)}, ${got}`];
  const { check } = finding.check;
  if (check.kind === 'leaf') return [`${check.label}: expected anything but ${expectedText(check)}, ${got}`];
  if (isOfSpans(check.relation)) return [];
  return finding.records.map((record) => `not expected: ${check.relation}${nameIn(record, check.relation)}`);
}

/** Lines about events, exceptions and links, which are not drawn in the tree. */
function linesOfList(list: ListFinding, depth = 0): string[] {
  const { relation } = list.check;
  if (depth === MAX_INNER) return list.cost > 0 ? [`${relation}: …`] : [];
  return [
    ...list.places.flatMap(({ found, outOfOrder }) => {
      if (found === undefined) return [];
      const wrong = found.findings.filter(({ cost }) => cost > 0);
      const lines = wrong.flatMap((finding) =>
        'places' in finding ? linesOfList(finding, depth + 1) : ownLines(finding),
      );
      return [...lines, ...(outOfOrder ? ['out of order'] : [])].map(
        (text) => `${relation}${nameIn(found.record, relation)}: ${text}`,
      );
    }),
    ...list.unexpected.map((record) => `not expected: ${relation}${nameIn(record, relation)}`),
    ...missingFrom(list).map((text) => text + othersIn(list)),
  ];
}

/** Names the other events of the span, because the tree does not show events. */
function othersIn({ check, others }: ListFinding): string {
  if (check.relation !== 'event' || others.length === 0) return '';
  return `; there are ${firstTexts(others, MAX_OTHERS, (event) => titleOf(event)).join(', ')}`;
}

function nameIn(record: object, relation: Relation): string {
  return relation === 'event' || relation === 'span' ? ` ${titleOf(record)}` : '';
}

function missingFrom({ check, places, shortBy }: ListFinding): string[] {
  const { relation } = check;
  const what = relation === 'child' || relation === 'exception' || relation === 'link' ? '' : `${relation} `;
  const missing = places.filter(({ found }) => found === undefined);
  const shown = missing
    .slice(0, MAX_MISSING)
    .map(({ expectation }) => `missing: ${what}${summaryOf(expectation, relation)}`);
  const others = missing.length - shown.length + shortBy;
  return others > 0 ? [...shown, `missing: ${others} more`] : shown;
}

export function openAmong(spans: readonly CapturedSpan[]): CapturedSpan[] {
  return spans.filter(({ ended }) => !ended);
}
