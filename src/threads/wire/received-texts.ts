/** The receiving end of `SentTexts`. */
export class ReceivedTexts {
  #table: string[] = [];
  #once: readonly string[] = [];

  restart(): void {
    this.#table = [];
  }

  /**
   * Starts a batch.
   *
   * @param known length of the table when the batch was packed; the table here is shorter if a batch was lost
   */
  add(known: number, added: readonly string[], once: readonly string[]): void {
    for (let index = 0; index < added.length; index++) this.#table[known + index] = added[index]!;
    this.#once = once;
  }

  /** @throws TypeError for a place without a text */
  at(place: number): string {
    return textIn(this.#table, place);
  }

  /** @throws TypeError for a place without a text */
  once(place: number): string {
    return textIn(this.#once, place);
  }
}

function textIn(texts: readonly string[], place: number): string {
  const text = texts[place];
  if (text === undefined) throw new TypeError('an item must have all of its texts');
  return text;
}
