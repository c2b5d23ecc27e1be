import { printable } from '../../../trace/text/printable.js';
import type { Difference, Finding, LeafFinding, ListFinding, Place } from '../comparison/difference.js';
import { innerOf, isOfSpans, type Check, type Expectation, type Relation } from '../pattern/expectation.js';
import { run, type Task } from '../task.js';
import { expectedText, expectedTitle, MARKS, nameCheckOf, titleOf, valueText } from './describe.js';

type Side = 'actual' | 'expected';

const FIELD = '    ';
const CHILD = '  ';
/** Maximum number of records shown per list. Differing ones are chosen first. */
const MAX_RECORDS = 60;
const MAX_LINES = 2_000;
/** Maximum indentation in characters. Deeper lines are not indented further. */
const MAX_INDENT = 120;

/** Stands for a tree without lines. */
export const NOTHING = '(none)';

/**
 * Renders both sides of a comparison as trees for a line-by-line diff. They contain only values that the pattern mentions.
 *
 * A matching value reads the same on both sides, even if the pattern has a function in its place. The trees use plain
 * indentation, and long lists are cut in the same places, so that a difference changes no other line.
 */
export function projectedTrees(finding: ListFinding): Record<Side, string> {
  const treeOf = (side: Side): string => {
    const projection = new Projection(side);
    run(projection.list(finding, ''));
    return projection.text() || NOTHING;
  };
  return { actual: treeOf('actual'), expected: treeOf('expected') };
}

class Projection {
  readonly #side: Side;
  readonly #lines: string[] = [];

  constructor(side: Side) {
    this.#side = side;
  }

  text(): string {
    const shown = this.#lines.slice(0, MAX_LINES);
    return (this.#lines.length > MAX_LINES ? [...shown, '…'] : shown).join('\n');
  }

  *list({ check, places, shortBy, unexpected }: ListFinding, indent: string): Task<void> {
    const { relation, ordered } = check;
    const shown = shownAmong(places);
    const drawn = this.#side === 'actual' && ordered ? shown.toSorted((a, b) => a.index - b.index) : shown;
    for (const { expectation, found } of drawn) {
      if (found !== undefined) yield this.#difference(found, indent, relation);
      else if (this.#side === 'expected') yield this.#missing(expectation, indent, relation);
    }
    if (this.#side === 'expected') {
      this.#more(places.length - shown.length + shortBy, indent, relation);
      return;
    }
    const leftOut = places.filter((place) => place.found !== undefined && !shown.includes(place));
    this.#records(unexpected, indent, relation, leftOut.length);
  }

  *#difference(difference: Difference, indent: string, relation: Relation): Task<void> {
    if (this.#isFull()) return;
    const { record, expectation, findings } = difference;
    const name = nameCheckOf(expectation);
    const wrongName = findings.some(({ check, cost }) => check === name && cost > 0);
    const title = (wrongName && this.#side === 'expected' && expectedTitle(expectation)) || titleOf(record, relation);
    this.#line(indent, MARKS[relation] + title);
    const inOrder = findings.toSorted((a, b) => Number(isBelow(a.check)) - Number(isBelow(b.check)));
    for (const finding of inOrder) if (finding.check !== name) yield* this.#finding(finding, indent);
  }

  *#finding(finding: Finding, indent: string): Task<void> {
    const isExpected = this.#side === 'expected';
    if (isLeaf(finding)) {
      const text = finding.cost > 0 && isExpected ? expectedText(finding.check) : valueText(finding.actual);
      this.#line(indent + FIELD, `${finding.check.label}: ${text}`);
    } else if ('places' in finding) {
      yield* this.list(finding, indent + indentOf(finding.check.relation));
    } else if ('unexpected' in finding) {
      if (isExpected) return;
      for (const key of finding.unexpected.slice(0, MAX_RECORDS)) {
        this.#line(indent + FIELD, `${printable(key)}: ${valueText(Reflect.get(finding.attributes, key))}`);
      }
      const more = finding.unexpected.length - MAX_RECORDS;
      if (more > 0) this.#line(indent + FIELD, `… ${more} more`);
    } else if (finding.cost > 0) {
      const { check } = finding.check;
      if (check.kind === 'leaf') {
        this.#line(
          indent + FIELD,
          `${check.label}: ${isExpected ? `not ${expectedText(check)}` : valueText(finding.actual)}`,
        );
      } else if (!isExpected) {
        this.#records(finding.records, indent + indentOf(check.relation), check.relation);
      }
    }
  }

  *#missing(expectation: Expectation, indent: string, relation: Relation): Task<void> {
    if (this.#isFull()) return;
    const name = nameCheckOf(expectation);
    const unnamed = relation === 'exception' || relation === 'link' ? relation : '(any)';
    this.#line(indent, MARKS[relation] + (expectedTitle(expectation) ?? unnamed));
    for (const check of expectation.checks.toSorted((a, b) => Number(isBelow(a)) - Number(isBelow(b)))) {
      if (check === name) continue;
      if (check.kind === 'leaf') this.#line(indent + FIELD, `${check.label}: ${expectedText(check)}`);
      if (check.kind !== 'list') continue;
      const below = indent + indentOf(check.relation);
      for (const wanted of check.wanted.slice(0, MAX_RECORDS))
        yield this.#missing(wanted.expectation, below, check.relation);
      this.#more(check.wanted.length - MAX_RECORDS, below, check.relation);
    }
  }

  #records(records: readonly object[], indent: string, relation: Relation, leftOut = 0): void {
    for (const record of records.slice(0, MAX_RECORDS)) this.#line(indent, MARKS[relation] + titleOf(record, relation));
    this.#more(leftOut + Math.max(0, records.length - MAX_RECORDS), indent, relation);
  }

  #more(count: number, indent: string, relation: Relation): void {
    if (count > 0) this.#line(indent, `${MARKS[relation]}… ${count} more`);
  }

  #line(indent: string, text: string): void {
    if (!this.#isFull()) this.#lines.push(indent.slice(0, MAX_INDENT) + text);
  }

  /** One line past the limit shows that there were more. */
  #isFull(): boolean {
    return this.#lines.length > MAX_LINES;
  }
}

/** The places to show, in the order of the list. Differing ones are chosen before matching ones. */
function shownAmong(places: readonly Place[]): readonly Place[] {
  if (places.length <= MAX_RECORDS) return places;
  const chosen = new Set([...places.filter(differs), ...places].slice(0, MAX_RECORDS));
  return places.filter((place) => chosen.has(place));
}

function differs({ found, outOfOrder }: Place): boolean {
  return found === undefined || found.cost > 0 || outOfOrder;
}

/** Whether a check is drawn below the span's own values: child spans are. */
function isBelow(check: Check): boolean {
  const inner = innerOf(check);
  return inner.kind === 'list' && isOfSpans(inner.relation);
}

function indentOf(relation: Relation): string {
  return isOfSpans(relation) ? CHILD : FIELD;
}

function isLeaf(finding: Finding): finding is LeafFinding {
  return finding.check.kind === 'leaf';
}
