/** Select Graphic Rendition codes (ECMA-48, 8.3.117): the sixteen colours that every terminal theme defines. */
const SGR = {
  plain: '',
  bold: '1',
  dim: '2',
  red: '31',
  boldRed: '1;31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
} as const;

export type Style = keyof typeof SGR;

export type Paint = (text: string, style: Style) => string;

export const paintNothing: Paint = (text) => text;

/** Each piece ends with a reset, so that no style leaks into the following text. */
export const paintColors: Paint = (text, style) =>
  style === 'plain' || text === '' ? text : `\x1b[${SGR[style]}m${text}\x1b[0m`;
