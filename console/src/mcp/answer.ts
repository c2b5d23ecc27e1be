import { hopsOf, otherLossesOf, type Hop } from '../api/loss-hops.js';
import type { Coverage } from '../api/schemas.js';
import { grouped } from '../text/units.js';
import { clock, plural } from './words.js';

/** Limits of the budget in tokens, each counted as four characters. */
export const BUDGET = { least: 1_000, usual: 4_000, most: 20_000 } as const;

const CHARACTERS_PER_TOKEN = 4;

/** Room for the sentence about cut rows. */
const CUT_ROOM = 600;

/** Extra room, because the line of a gap may contain larger numbers than the line for all rows. */
const GAP_SLACK = 20;

/** After this many rows that do not fit, no further rows are tried. */
const MAX_MISFITS = 50;

const NOTHING_CUT = 'Cut: nothing.';

/** Room for the enclosing punctuation, and for a remark added by the command line. */
const FRAME_ROOM = 600;

/** Result of a tool call in the protocol's form. */
export interface ToolAnswer {
  readonly [member: string]: unknown;
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

/** An item of a list: its lines for reading, and its record for programs. All untrusted text has passed `shown()`. */
export interface Row {
  readonly lines: readonly string[];
  readonly record: unknown;
}

export interface Ending {
  /** Link to the page, for the user. */
  readonly link: string;
  readonly coverage: Coverage;
}

/**
 * An answer within its budget: a text for reading, and the same as data.
 *
 * Lines and records are added while there is room. The answer ends with the numbers of cut rows and lost spans, and a
 * link to the page.
 *
 * Text of the traced service is fenced by tags with a random number. It cannot close the fence, because it is on one
 * line and its author cannot guess the number.
 */
export class Answer {
  readonly #tag: string;
  readonly #ending: readonly string[];
  readonly #head: string[] = [];
  readonly #data: string[] = [];
  readonly #tail: string[] = [];
  readonly #structured: Record<string, unknown> = {};
  readonly #cut: string[] = [];
  readonly #limited: string[] = [];
  #room: number;

  /** @param nonce an unguessable random text */
  constructor(budget: number, nonce: string, { link, coverage }: Ending) {
    this.#tag = `untrusted-data-${nonce}`;
    this.#ending = [groundSentence(coverage), `Page for the human: ${link}`];
    const facts = { lost: coverage.lost.total, link };
    this.#room = budget * CHARACTERS_PER_TOKEN - CUT_ROOM - FRAME_ROOM - 2 * sizeOf(this.#tag);
    this.#room -= this.#ending.reduce((sum, line) => sum + sizeOf(line), 0) + sizeOf(facts);
    Object.assign(this.#structured, facts);
  }

  /** Adds a trusted line, worded by this package. */
  say(line: string): void {
    this.#room -= sizeOf(line);
    this.#head.push(line);
  }

  /** Adds a trusted line below the data. */
  hint(line: string): void {
    this.#room -= sizeOf(line);
    this.#tail.push(line);
  }

  /** Adds a member to the structured content. */
  fact(name: string, value: unknown): void {
    this.#room -= sizeOf({ [name]: value });
    this.#structured[name] = value;
  }

  /** Reserves room until `release()`. */
  hold(room: number): void {
    this.#room -= room;
  }

  release(room: number): void {
    this.#room += room;
  }

  /** Adds a line with untrusted text, if there is room. */
  note(line: string): void {
    this.list(undefined, undefined, [{ lines: [line], record: undefined }], 'line');
  }

  /**
   * Adds a list: as many rows as fit, in order. Their records go into the structured content.
   *
   * @param noun name of a row, for the sentence about cut rows
   */
  list(name: string | undefined, title: string | undefined, rows: readonly Row[], noun: string): number {
    const titleSize = sizeOf(title ?? '') + sizeOf(name ?? '');
    const sizes = rows.map(sizeOfRow);
    let count = 0;
    let used = rows.length === 0 ? 0 : titleSize;
    while (count < rows.length && used + sizes[count]! <= this.#room) used += sizes[count++]!;
    if (count < rows.length) this.#cut.push(plural(rows.length - count, noun));
    if (count === 0) return 0;
    this.#room -= used;
    if (title !== undefined) this.#data.push(title);
    const taken = rows.slice(0, count);
    for (const { lines } of taken) for (const line of lines) this.#data.push(line);
    if (name !== undefined) this.#structured[name] = taken.map(({ record }) => record);
    return count;
  }

  /**
   * Adds rows of a tree: the most important ones that fit, in their own order, with a line for each gap. Rows are
   * created only while there may be room.
   *
   * @param ranks one for each row; a lower number is more important
   * @param gapLine makes the line for rows left out between others
   */
  outline(
    name: string,
    ranks: readonly number[],
    rowAt: (index: number) => Row,
    gapLine: (from: number, to: number) => string,
  ): void {
    const gapSize = sizeOf(gapLine(0, ranks.length)) + GAP_SLACK;
    const chosen = new Map<number, Row>();
    const order = ranks.map((_, index) => index).sort((a, b) => ranks[a]! - ranks[b]! || a - b);
    // There may also be a gap at the end.
    this.#room -= gapSize;
    let misfits = 0;
    for (const index of order) {
      if (misfits === MAX_MISFITS) break;
      const row = rowAt(index);
      const size = sizeOfRow(row) + gapSize;
      if (size > this.#room) misfits++;
      else {
        this.#room -= size;
        chosen.set(index, row);
      }
    }
    const left = ranks.length - chosen.size;
    if (left > 0) this.#cut.push(plural(left, 'line'));
    const records: unknown[] = [];
    let end = 0;
    for (const index of [...chosen.keys()].sort((a, b) => a - b)) {
      const { lines, record } = chosen.get(index)!;
      if (index > end) this.#data.push(gapLine(end, index));
      this.#data.push(...lines);
      records.push(record);
      end = index + 1;
    }
    if (end < ranks.length) this.#data.push(gapLine(end, ranks.length));
    this.#structured[name] = records;
  }

  /** Adds a note that a limit has cut rows from the answer. */
  limited(count: number, noun: string): void {
    if (count > 0) this.#limited.push(plural(count, noun));
  }

  finish(): ToolAnswer {
    const cut = this.#cutSentence();
    const data = this.#data.length === 0 ? [] : [`<${this.#tag}>`, ...this.#data, `</${this.#tag}>`];
    const lines = [...this.#head, ...data, ...this.#tail, cut, ...this.#ending];
    const structuredContent = cut === NOTHING_CUT ? this.#structured : { ...this.#structured, cut };
    return { content: [{ type: 'text', text: lines.join('\n') }], structuredContent };
  }

  #cutSentence(): string {
    const byBudget = this.#cut.length === 0 ? [] : [`${this.#cut.join(', ')} by the budget`];
    const byLimit = this.#limited.length === 0 ? [] : [`${this.#limited.join(', ')} by the limit of rows`];
    const all = [...byBudget, ...byLimit].join('; ');
    return all === '' ? NOTHING_CUT : `Cut: ${all}.`.slice(0, CUT_ROOM / 2 - 20);
  }
}

function placesOf(hops: readonly Hop[]): string {
  return hops.map(([place, count]) => `${place} ${grouped(count)}`).join(', ');
}

function groundSentence({ received, retained, retainedSince, evicted, lost }: Coverage): string {
  const since = retainedSince === null ? '' : ` (since ${clock(retainedSince)})`;
  const why = lost.total > 0 ? ` (${placesOf(hopsOf(lost))})` : '';
  const others = placesOf(otherLossesOf(lost));
  return `Lost: ${grouped(lost.total)} spans${why}${others === '' ? '' : `; ${others}`}. Received ${grouped(received)}, kept ${grouped(retained)}${since}, evicted ${grouped(evicted)}.`;
}

function sizeOfRow({ lines, record }: Row): number {
  return lines.reduce((sum, line) => sum + sizeOf(line), 0) + (record === undefined ? 0 : sizeOf(record) + 1);
}

/** Size as sent, in JSON. */
function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}
