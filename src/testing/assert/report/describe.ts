import { printable } from '../../../trace/text/printable.js';
import { valueText as textOfValue } from '../../../model/text-of.js';
import type { CapturedSpan } from '../../../trace/captured-span.js';
import type { LogInSpan } from '../log-in-span.js';
import { isName, type Expectation, type LeafCheck, type Relation } from '../pattern/expectation.js';

const MAX_VALUE = 160;
const MAX_SUMMARY = 100;
const MAX_SUMMARY_DEPTH = 12;

export const MARKS: Readonly<Record<Relation, string>> = {
  child: '',
  descendant: '⋯ ',
  event: '• ',
  exception: '',
  link: '→ ',
  span: 'in ',
};

export function valueText(value: unknown): string {
  if (value === undefined) return '(absent)';
  return printable(textOfValue(value, MAX_VALUE), MAX_VALUE);
}

export function expectedText({ leaf }: LeafCheck): string {
  return printable(leaf.description, MAX_VALUE);
}

export function titleOf(record: object, relation?: Relation): string {
  if (relation === 'exception') return 'exception';
  if (relation === 'link') return 'link';
  if ('spans' in record) return titleOfLog(record as LogInSpan);
  return printable((record as CapturedSpan).name, MAX_VALUE);
}

/** The name in a pattern; undefined if the pattern mentions none. */
export function expectedTitle(expectation: Expectation): string | undefined {
  const name = nameCheckOf(expectation);
  return name && printable(name.leaf.text ?? name.leaf.description, MAX_VALUE);
}

export function nameCheckOf(expectation: Expectation): LeafCheck | undefined {
  return expectation.checks.find(isName);
}

/** A pattern on one line: `charge {amount: 12, child: audit}`. */
export function summaryOf(expectation: Expectation, relation?: Relation, depth = 0): string {
  if (depth === MAX_SUMMARY_DEPTH) return '…';
  const title = expectedTitle(expectation) ?? (relation === 'exception' || relation === 'link' ? relation : undefined);
  const name = nameCheckOf(expectation);
  const details = expectation.checks.flatMap((check) => {
    if (check === name) return [];
    if (check.kind === 'leaf') return [`${check.label}: ${expectedText(check)}`];
    if (check.kind !== 'list') return [];
    return check.wanted.map(({ expectation: wanted, times }) => {
      const wantedTitle = expectedTitle(wanted) ?? summaryOf(wanted, check.relation, depth + 1);
      return `${check.relation}: ${wantedTitle}${times > 1 ? ` ×${times}` : ''}`;
    });
  });
  if (details.length === 0) return printable(title ?? 'any', MAX_SUMMARY);
  return printable([...(title === undefined ? [] : [title]), `{${details.join(', ')}}`].join(' '), MAX_SUMMARY);
}

function titleOfLog({ eventName, severity, body }: LogInSpan): string {
  const title = [severity, eventName].filter((part) => part !== undefined).map((part) => printable(part, MAX_VALUE));
  return [...title, ...(body === undefined ? [] : [valueText(body)])].join(' ') || 'log';
}
