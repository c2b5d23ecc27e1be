/** More traces than the history retains, even if each has only one span. */
const MAX_TRACES = 2 ** 17;

/** When the newest 131,072 traces arrived, by row id. */
export class Arrivals {
  #ids = new Float64Array(1_024).fill(-1);
  #times = new Float64Array(1_024);

  add(traceRowId: number, now: number): void {
    let at = traceRowId % this.#ids.length;
    while (this.#ids[at] !== -1 && this.#ids[at] !== traceRowId && this.#ids.length < MAX_TRACES) {
      this.#grow();
      at = traceRowId % this.#ids.length;
    }
    this.#ids[at] = traceRowId;
    this.#times[at] = now;
  }

  get(traceRowId: number): number | undefined {
    const at = traceRowId % this.#ids.length;
    return this.#ids[at] === traceRowId ? this.#times[at] : undefined;
  }

  clear(): void {
    this.#ids = new Float64Array(1_024).fill(-1);
    this.#times = new Float64Array(1_024);
  }

  #grow(): void {
    const [ids, times] = [this.#ids, this.#times];
    this.#ids = new Float64Array(ids.length * 2).fill(-1);
    this.#times = new Float64Array(ids.length * 2);
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] === -1) continue;
      const at = ids[i]! % this.#ids.length;
      this.#ids[at] = ids[i]!;
      this.#times[at] = times[i]!;
    }
  }
}
