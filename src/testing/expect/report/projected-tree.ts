import { printable } from '../../../format/printable.js';
import type { Difference, Finding, LeafFinding, ListFinding, Place } from '../comparison/difference.js';
import type { Check, Expectation, Relation } from '../pattern/expectation.js';
import { expectedText, expectedTitle, MARKS, nameCheckOf, titleOf, valueText } from './words.js';

export type Side = 'actual' | 'expected';

const FIELD = '    ';
const CHILD = '  ';

/** A tree without lines. */
export const NOTHING = '(none)';

/**
 * One side of a comparison as a tree, with what the pattern mentions and nothing else.
 *
 * Made to be compared line by line: what is right reads the same on both sides, whether the pattern has
 * the value itself or a function. So the tree is drawn by indentation alone.
 */
export function projectedTree(finding: ListFinding, side: Side): string {
  return projectList(finding, side, '').join('\n') || NOTHING;
}

function projectDifference(difference: Difference, side: Side, indent: string, relation: Relation): string[] {
  const name = nameCheckOf(difference.expectation);
  const wrongName = difference.findings.some(({ check, cost }) => check === name && cost > 0);
  const title = titleOf(difference.record, relation);
  return [
    indent + MARKS[relation] + ((wrongName && side === 'expected' && expectedTitle(difference.expectation)) || title),
    ...inOrder(difference.findings.filter(({ check }) => check !== name)).flatMap((finding) =>
      projectFinding(finding, side, indent),
    ),
  ];
}

function projectFinding(finding: Finding, side: Side, indent: string): string[] {
  if (isLeaf(finding)) {
    const wrong = finding.cost > 0 && side === 'expected';
    return [`${indent}${FIELD}${finding.check.label}: ${wrong ? expectedText(finding.check) : valueText(finding.actual)}`];
  }
  if ('places' in finding) return projectList(finding, side, indent + indentOf(finding.check.relation));
  if ('unexpected' in finding) {
    if (side === 'expected') return [];
    return finding.unexpected.map((key) => `${indent}${FIELD}${printable(key)}: ${valueText(Reflect.get(finding.attributes, key))}`);
  }
  if (finding.cost === 0) return [];
  const { check } = finding.check;
  if (check.kind === 'leaf') {
    const shown = side === 'expected' ? `not ${expectedText(check)}` : valueText(finding.actual);
    return [`${indent}${FIELD}${check.label}: ${shown}`];
  }
  const below = indent + indentOf(check.relation);
  return side === 'expected' ? [] : finding.records.map((record) => below + MARKS[check.relation] + titleOf(record, check.relation));
}

function projectList({ check, places, shortBy, unexpected }: ListFinding, side: Side, indent: string): string[] {
  const { relation, ordered } = check;
  if (side === 'expected') {
    const more = shortBy > 0 ? [`${indent}${MARKS[relation]}… ${shortBy} more`] : [];
    return [...places.flatMap((place) => projectWanted(place, indent, relation)), ...more];
  }
  const found = places.filter(({ found: difference }) => difference !== undefined);
  if (ordered) found.sort((a, b) => a.index - b.index);
  return [
    ...found.flatMap(({ found: difference }) => projectDifference(difference as Difference, side, indent, relation)),
    ...unexpected.map((record) => indent + MARKS[relation] + titleOf(record, relation)),
  ];
}

function projectWanted({ expectation, found }: Place, indent: string, relation: Relation): string[] {
  return found ? projectDifference(found, 'expected', indent, relation) : projectMissing(expectation, indent, relation);
}

function projectMissing(expectation: Expectation, indent: string, relation: Relation): string[] {
  const name = nameCheckOf(expectation);
  const unnamed = relation === 'exception' || relation === 'link' ? relation : '(any)';
  return [
    indent + MARKS[relation] + (expectedTitle(expectation) ?? unnamed),
    ...inOrder(expectation.checks.map((check) => ({ check }))).flatMap(({ check }) => {
      if (check === name) return [];
      if (check.kind === 'leaf') return [`${indent}${FIELD}${check.label}: ${expectedText(check)}`];
      if (check.kind !== 'list') return [];
      const below = indent + indentOf(check.relation);
      return check.wanted.flatMap((wanted) => projectMissing(wanted.expectation, below, check.relation));
    }),
  ];
}

/** What is the span's own first, then the spans below it. */
function inOrder<T extends { readonly check: Check }>(found: readonly T[]): T[] {
  return found.toSorted((a, b) => Number(isBelow(a.check)) - Number(isBelow(b.check)));
}

function isBelow(check: Check): boolean {
  const inner = check.kind === 'not' ? check.check : check;
  return inner.kind === 'list' && indentOf(inner.relation) === CHILD;
}

function indentOf(relation: Relation): string {
  return relation === 'child' || relation === 'descendant' ? CHILD : FIELD;
}

function isLeaf(finding: Finding): finding is LeafFinding {
  return finding.check.kind === 'leaf';
}
