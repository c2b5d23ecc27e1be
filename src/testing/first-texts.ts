/** Texts of the first `max` items, and a last one with the number of items left out, if any. */
export function firstTexts<T>(
  items: readonly T[],
  max: number,
  textOf: (item: T) => string,
  more: (count: number) => string = (count) => `… ${count} more`,
): string[] {
  const texts = items.slice(0, max).map(textOf);
  return items.length > max ? [...texts, more(items.length - max)] : texts;
}
