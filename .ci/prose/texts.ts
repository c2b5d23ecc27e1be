/** A sentence, and the line on which its paragraph begins. */
export interface Sentence {
  readonly line: number;
  readonly text: string;
}

/** The sentences of the comments of a TypeScript or JavaScript file. */
export function commentSentences(source: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const match of source.matchAll(/^[ \t]*\/\*([\s\S]*?)\*\/|(?:^[ \t]*\/\/.*\n)+|[;{,] \/\/ .*$/gm)) {
    const line = source.slice(0, match.index).split('\n').length;
    const text = (match[1] ?? match[0])
      .replaceAll(/^[;{,]?\s*(?:\*+|\/\/+)[ \t]?/gm, '')
      .replaceAll(/```[\s\S]*?```/g, '');
    for (const paragraph of text.split(/\n\s*\n|\n(?=\s*[-@])|\n(?= {2})/))
      sentences.push(...sentencesOf(paragraph, line));
  }
  return sentences;
}

/** The titles of the tests and suites in a TypeScript or JavaScript file, in which a placeholder counts as one word. */
export function testTitles(source: string): Sentence[] {
  const titles = /\b(?:describe|it)(?:\.\w+)?\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;
  return [...source.matchAll(titles)].flatMap((match) => {
    const line = source.slice(0, match.index).split('\n').length;
    return sentencesOf((match[1] ?? match[2] ?? match[3]!).replaceAll(/\$\{[^}]*\}/g, '`CODE`'), line);
  });
}

/** The sentences of a page: of its paragraphs, list items and table cells, without code. */
export function pageSentences(page: string): Sentence[] {
  const sentences: Sentence[] = [];
  const text = page.replaceAll(/^([ \t]*)(```|~~~)[\s\S]*?^\1\2$/gm, (code) => code.replaceAll(/[^\n]/g, ''));
  let line = 1;
  for (const block of text.split(/(\n\s*\n|\n(?=\s*(?:[-*|#>]|\d+\.)))/)) {
    if (!/^\s*[-|: ]+$/.test(block)) {
      const start = line + (/^\n*/.exec(block)?.[0].length ?? 0);
      for (const cell of /^\s*\|/.test(block) ? block.split('|') : [block]) sentences.push(...sentencesOf(cell, start));
    }
    line += block.split('\n').length - 1;
  }
  return sentences;
}

/** A code span counts as one word, a link as its text. */
function sentencesOf(paragraph: string, line: number): Sentence[] {
  const text = paragraph
    .replaceAll(/``.+?``|`[^`]*`/g, 'CODE')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\{@link ([^}]*)\}/g, 'CODE')
    .replaceAll(/^\s*(?:#+|[-*>]|\d+\.|@\w+)\s+/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text
    .split(/(?<=[.!?:;]["')]?)\s+/)
    .filter((sentence) => sentence !== '')
    .map((sentence) => ({ line, text: sentence }));
}
