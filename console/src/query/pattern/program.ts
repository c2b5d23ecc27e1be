import type { CharSet } from './char-set.js';
import { PatternError, type Pattern } from './pattern-parser.js';

/** Maximum number of steps of one pattern, which bounds the cost per character of text. */
const MAX_STEPS = 500;

/**
 * Steps of a nondeterministic automaton, after Thompson (1968).
 *
 * A `read` step consumes one character and goes to `next`; all other steps consume none.
 */
export type Step =
  | { readonly type: 'read'; readonly set: CharSet; next: number }
  | { readonly type: 'split'; next: number; other: number }
  | { readonly type: 'start' | 'end'; next: number }
  | { readonly type: 'match' };

/** The steps of a pattern, and its first step. @throws PatternError */
export function compileProgram(pattern: Pattern): { readonly steps: readonly Step[]; readonly first: number } {
  const steps: Step[] = [{ type: 'match' }];

  function add(step: Step): number {
    if (steps.length === MAX_STEPS) throw new PatternError('Expected a shorter pattern, or fewer repetitions in it');
    return steps.push(step) - 1;
  }

  /** Adds steps that match `part` and continue at `next`. Returns the first of them. */
  function compile(part: Pattern, next: number): number {
    if (part.type === 'set') return add({ type: 'read', set: part.set, next });
    if (part.type === 'start' || part.type === 'end') return add({ type: part.type, next });
    if (part.type === 'repeat') return repeat(part, next);
    if (part.type === 'sequence') return part.parts.reduceRight((following, each) => compile(each, following), next);
    return part.parts
      .map((each) => compile(each, next))
      .reduceRight((other, first) => add({ type: 'split', next: first, other }));
  }

  function repeat({ part, min, max }: Pattern & { type: 'repeat' }, next: number): number {
    let first = next;
    if (max === Infinity) {
      const loop: Step & { type: 'split' } = { type: 'split', next: 0, other: next };
      first = add(loop);
      loop.next = compile(part, first);
    } else {
      for (let times = min; times < max; times++)
        first = add({ type: 'split', next: compile(part, first), other: next });
    }
    for (let times = 0; times < min; times++) first = compile(part, first);
    return first;
  }

  return { first: compile(pattern, 0), steps };
}
