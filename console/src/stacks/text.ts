/** Longer names, scopes and values count under their first 256 characters. */
const MAX_TEXT = 256;

export function bounded(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}

/** Copies a text in order to keep it: a slice would keep the whole original alive. */
export function copied(text: string): string {
  return text.length < MAX_TEXT ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
