const MAX_MARKS = 100;

export interface Mark {
  readonly name: string;
  readonly at: number;
  /** The era that began with it: one more than the previous era. */
  readonly era: number;
}

/** Named points in time, at most 100; past that, the oldest is dropped. Setting a name again moves it. */
export class Marks {
  readonly #marks: Mark[] = [];
  #era = 0;

  /** Number of marks ever set. */
  get era(): number {
    return this.#era;
  }

  set(name: string, at: number): void {
    const known = this.#marks.findIndex((mark) => mark.name === name);
    if (known >= 0) this.#marks.splice(known, 1);
    else if (this.#marks.length === MAX_MARKS) this.#marks.shift();
    this.#era++;
    this.#marks.push({ name, at, era: this.#era });
  }

  get(name: string): Mark | undefined {
    return this.#marks.find((mark) => mark.name === name);
  }

  /** The latest mark before this one. */
  before(mark: Mark): Mark | undefined {
    return this.#marks[this.#marks.indexOf(mark) - 1];
  }

  all(): readonly Mark[] {
    return this.#marks;
  }

  clear(): void {
    this.#marks.length = 0;
  }
}
