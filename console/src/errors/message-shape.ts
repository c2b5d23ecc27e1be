/** Maximum characters of a message that are compared. */
const MAX_MESSAGE = 1_000;

/**
 * Replaces the parts of a message that vary between occurrences: `<text>` for quoted text, `<uuid>`, `<hex>`, `<id>`,
 * `<n>`.
 */
export function messageShape(message: string): string {
  return message
    .slice(0, MAX_MESSAGE)
    .replaceAll(/(?<!\w)(["'`])(?:(?!\1)[\s\S]){0,200}\1(?!\w)/g, '$1<text>$1')
    .replaceAll(/[“‘«][^”’»]{0,200}[”’»]/g, '<text>')
    .replaceAll(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<uuid>')
    .replaceAll(/\b0x[\da-f]+\b|\b(?=[a-f]*\d)[\da-f]{8,}\b/gi, (text) => (/^\d+$/.test(text) ? '<n>' : '<hex>'))
    .replaceAll(/\b(?=[a-z_-]*\d)[\w-]{10,}\b/gi, (text) => (/[a-z]/i.test(text) ? '<id>' : '<n>'))
    .replaceAll(/\b(?:[a-z]+[_-])(?=\w*\d)\w+\b/gi, '<id>')
    .replaceAll(/(?<![\w<])-?\d+(?:[.,:]\d+)*/g, '<n>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
