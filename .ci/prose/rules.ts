/** The kinds of text: pages may use words of speech for people, comments and titles of tests are about code. */
export type Place = 'page' | 'comment' | 'title';

/** A pattern of prose that is hard to read, and advice on how to rewrite it. */
export interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly advice: string;
  /** The kinds of text to check; all of them by default. */
  readonly in?: readonly Place[];
}

/** Maximum length of a sentence in words. */
const MAX_WORDS = 42;

const NEGATION = String.raw`\b(?:not|no|never|none|nothing|nobody|neither|cannot)\b`;

export const RULES: readonly Rule[] = [
  {
    name: 'opening',
    pattern: /^(?:What|Of|Those|Which|Whose|Who|That of|Than) (?!.*\?)/,
    advice: 'begin with the subject: a noun or a verb',
  },
  {
    name: 'what without a noun',
    pattern: /\bwhat (?:is|was|were|are|has|had|have|comes?|came|waits?|fits|stays|can|cannot|could|belongs|wants?)\b/i,
    advice: 'name the thing: "the spans that …", "the value that …"',
  },
  {
    name: 'those without a noun',
    pattern: /\bthose (?:of|that|which)\b/i,
    advice: 'repeat the noun',
  },
  {
    name: 'data that speaks',
    pattern: /\b(?:knows?|knew|told|untold)\b/i,
    advice: 'data is known, counted or reported by somebody: name the actor',
  },
  {
    name: 'data that asks',
    pattern: /\b(?:asks?|asked|tells?|wants?)\b/i,
    advice: 'say what the code does: requests, reads, reports, needs',
    in: ['comment', 'title'],
  },
  {
    name: 'comment that speaks',
    pattern: /^(?:Says|Tells)\b/,
    advice: 'begin with an effect: returns, reports, whether',
    in: ['comment'],
  },
  {
    name: 'stacked negation',
    pattern: new RegExp(`${NEGATION}[^,;:()]*${NEGATION}`, 'i'),
    advice: 'say it as a fact that holds',
    in: ['page', 'comment'],
  },
  {
    name: 'dialect',
    pattern:
      /\b(?:gives? way|gave way|giving way|takes? in|took in|taken in|lets? go|let go|whatever|likewise|thereof|of itself|at first, it|which it is|is over then|the whole of)\b/i,
    advice: 'use the usual word: evicted, accepted, released, the same, any',
  },
  {
    name: 'long sentence',
    pattern: new RegExp(`^(?:\\S+\\s+){${MAX_WORDS}}`),
    advice: `at most ${MAX_WORDS} words: make it two`,
  },
];
