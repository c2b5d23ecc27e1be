/** Texts of the first items, then of how many more there are. */
export function firstTexts<T>(
  items: readonly T[],
  max: number,
  textOf: (item: T) => string,
  more: (count: number) => string = (count) => `… ${count} more`,
): string[] {
  const texts = items.slice(0, max).map(textOf);
  return items.length > max ? [...texts, more(items.length - max)] : texts;
}
