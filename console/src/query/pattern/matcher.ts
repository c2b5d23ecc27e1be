import { PatternError, parsePattern } from './pattern-parser.js';
import { compileProgram, type Step } from './program.js';

/** Maximum number of states kept. */
const MAX_STATES = 500;
const MAX_CLASSES = 256;
/** Number of states built between two checks. */
const CHECK_EVERY = 100;

interface State {
  /** Steps that need a character or the end of the text, ascending. */
  readonly steps: readonly number[];
  /** The next state, by the class of the character. */
  readonly next: (State | undefined)[];
  readonly matches: boolean;
  readonly matchesAtEnd: boolean;
}

/**
 * Searches for a pattern in time linear in the length of the text, even if both are hostile.
 *
 * A deterministic automaton, built lazily as texts need it. Characters that the whole pattern treats alike form one
 * class. When there are too many states, all are discarded and built again: a hostile pattern is slower, but never
 * endless.
 */
export class Matcher {
  readonly #steps: readonly Step[];
  readonly #first: number;
  readonly #check: () => void;
  /** For each step, the last round of `#follow` that reached it. */
  readonly #rounds: Uint32Array;
  #round = 0;
  #built = 0;
  #classes: Uint8Array | undefined;
  /** One character of each class. */
  readonly #samples: readonly number[];
  #states = new Map<string, State>();
  #start: State;

  /**
   * @param check called periodically while states are built; may throw to stop the search
   * @throws PatternError
   */
  constructor(pattern: string, check: () => void = () => undefined) {
    const { steps, first } = compileProgram(parsePattern(pattern));
    this.#check = check;
    this.#steps = steps;
    this.#rounds = new Uint32Array(steps.length);
    this.#first = first;
    this.#samples = samplesOf(steps);
    this.#start = this.#startState();
  }

  /** Number of states kept, at most 500. */
  get states(): number {
    return this.#states.size;
  }

  isIn(text: string): boolean {
    const classes = (this.#classes ??= classesOf(this.#samples));
    let state = this.#start;
    if (state.matches) return true;
    for (let at = 0; at < text.length; at++) {
      const charClass = classes[text.charCodeAt(at)]!;
      state = state.next[charClass] ?? this.#advance(state, charClass);
      if (state.matches) return true;
    }
    return state.matchesAtEnd;
  }

  #advance(state: State, charClass: number): State {
    const sample = this.#samples[charClass]!;
    // A match may start at any character.
    const reached = [this.#first];
    for (const index of state.steps) {
      const step = this.#steps[index]!;
      if (step.type === 'read' && step.set.has(sample)) reached.push(step.next);
    }
    const { steps, matches } = this.#follow(reached, false, false);
    const key = matches ? 'match' : steps.join();
    const known = this.#states.get(key);
    if (known !== undefined) {
      state.next[charClass] = known;
      return known;
    }
    if (++this.#built % CHECK_EVERY === 0) this.#check();
    const made = this.#newState(reached, steps, matches, false);
    if (this.#states.size < MAX_STATES) state.next[charClass] = made;
    else this.#forgetStates();
    this.#states.set(key, made);
    return made;
  }

  #newState(reached: readonly number[], steps: readonly number[], matches: boolean, isStart: boolean): State {
    const { matches: matchesAtEnd } = this.#follow(reached, isStart, true);
    return { steps, next: [], matches, matchesAtEnd };
  }

  #startState(): State {
    const { steps, matches } = this.#follow([this.#first], true, false);
    return this.#newState([this.#first], steps, matches, true);
  }

  #forgetStates(): void {
    this.#states = new Map();
    this.#start = this.#startState();
  }

  /** Follows all transitions from these steps that consume no character. */
  #follow(from: readonly number[], isStart: boolean, isEnd: boolean): { steps: number[]; matches: boolean } {
    const round = ++this.#round;
    const waiting: number[] = [];
    const steps: number[] = [];
    let matches = false;
    for (const index of from) this.#visit(index, round, waiting);
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const step = this.#steps[index]!;
      if (step.type === 'match') matches = true;
      else if (step.type === 'read' || (step.type === 'end' && !isEnd)) steps.push(index);
      else if (step.type !== 'start' || isStart) this.#visit(step.next, round, waiting);
      if (step.type === 'split') this.#visit(step.other, round, waiting);
    }
    return { steps: steps.sort((a, b) => a - b), matches };
  }

  #visit(index: number, round: number, waiting: number[]): void {
    if (this.#rounds[index] === round) return;
    this.#rounds[index] = round;
    waiting.push(index);
  }
}

/** The first character of each class. Each step accepts all characters of a class, or none. */
function samplesOf(steps: readonly Step[]): number[] {
  const starts = new Set([0]);
  for (const step of steps) {
    if (step.type !== 'read') continue;
    step.set.bounds.forEach((bound, index) => starts.add(index % 2 === 0 ? bound : bound + 1));
  }
  starts.delete(0x1_0000);
  if (starts.size > MAX_CLASSES) throw new PatternError('Expected a pattern with fewer different characters');
  return [...starts].sort((a, b) => a - b);
}

/** The class of each UTF-16 unit. */
function classesOf(samples: readonly number[]): Uint8Array {
  const classes = new Uint8Array(0x1_0000);
  samples.forEach((from, index) => classes.fill(index, from, samples[index + 1] ?? 0x1_0000));
  return classes;
}
