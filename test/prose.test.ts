import { expect } from 'chai';
import { RULES } from '../.ci/prose/rules.js';
import { commentSentences, pageSentences, testTitles } from '../.ci/prose/texts.js';

/** A sentence with the habit, and the same statement without it. */
const EXAMPLES: Record<string, readonly [bad: string, good: string]> = {
  opening: ['What has no variable.', 'Options that cannot be set through an environment variable.'],
  'what without a noun': ['Counts what is lost.', 'Counts the lost spans.'],
  'those without a noun': ['Timers are those of the module.', 'Timers are captured when the module is loaded.'],
  'data that speaks': ['The cache knows the open spans.', 'The cache tracks the open spans.'],
  'data that asks': ['A relay tells its losses.', 'A relay reports its losses.'],
  'comment that speaks': ['Says when a span has ended.', 'Reports when a span has ended.'],
  'stacked negation': ['No span that has not ended counts.', 'Only ended spans count.'],
  dialect: ['At the bound the oldest gives way.', 'At the bound the oldest is evicted.'],
  'long sentence': [`The cache keeps ${'one span and '.repeat(15)}the rest.`, 'The cache keeps spans.'],
};

function found(sentence: string): string[] {
  return RULES.filter(({ pattern }) => pattern.test(sentence)).map(({ name }) => name);
}

describe('The rules of prose', () => {
  for (const { name } of RULES) {
    it(`find the habit "${name}", and not the sentence without it`, () => {
      const [bad, good] = EXAMPLES[name]!;

      expect(found(bad)).to.include(name);
      expect(found(good)).to.deep.equal([]);
    });
  }

  it('read comments of code, block by block, and no code', () => {
    const source =
      "/**\n * Counts spans. Keeps\n * none.\n *\n * @returns the count\n */\nconst text = 'What is code.'; // A remark.\n";

    const sentences = commentSentences(source);

    expect(sentences).to.deep.equal([
      { line: 1, text: 'Counts spans.' },
      { line: 1, text: 'Keeps none.' },
      { line: 1, text: 'the count' },
      { line: 7, text: 'A remark.' },
    ]);
  });

  for (const suffix of ['', '.only', '.skip']) {
    it(`read titles of suites and of tests written with it${suffix}(), with a placeholder as one word`, () => {
      const source = `describe('Spans', () => {\n  it${suffix}(\`are lost at \${bound} ms\`, run);\n  it("isn't code", run);\n});\nexit('code');\n`;

      expect(testTitles(source)).to.deep.equal([
        { line: 1, text: 'Spans' },
        { line: 2, text: 'are lost at CODE ms' },
        { line: 3, text: "isn't code" },
      ]);
    });
  }

  it('read paragraphs, list items and table cells of pages, and no code', () => {
    const page =
      '# Title\n\nA `span` ends.\nIt [counts](x.md).\n\n- One item\n\n| Key | Text |\n| --- | --- |\n| `a` | A cell. |\n\n```js\nwhat is code;\n```\n';

    expect(pageSentences(page).map(({ text }) => text)).to.deep.equal([
      'Title',
      'A CODE ends.',
      'It counts.',
      'One item',
      'Key',
      'Text',
      'CODE',
      'A cell.',
    ]);
  });
});
