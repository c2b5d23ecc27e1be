/** Maximum number of remembered verdicts. Past that, all are forgotten. */
const MAX_KEYS = 4_096;

/** Longer keys are judged each time, because they rarely repeat. */
const MAX_REMEMBERED_LENGTH = 256;

/** Matches the end of a word that names a secret, as in `accesstoken` and `dbpassword`. */
const SECRET_WORD =
  /(?:authorization|cookies?|passwords?|passwd|passphrase|secrets?|token|credentials?|apikeys?|(?:api|access|private|secret|signing|encryption)-keys?)$/;

/**
 * Matches `token` followed by a word for a number or type of tokens, as in `llm.token_count` and `gen_ai.token.type`.
 */
const ABOUT_TOKENS = /token-(?:count|counts|type|limit|usage|budget)\b/g;

/**
 * Decides which keys name secrets, by the words of the key, in any case and with any separators. Verdicts are
 * remembered, so that an attribute costs one map lookup.
 */
export class SecretKeys {
  readonly #patterns: readonly RegExp[];
  readonly #verdicts = new Map<string, boolean>();

  /** @param patterns additional keys that name secrets */
  constructor(patterns: readonly RegExp[] = []) {
    // Without the flags `g` and `y`, with which an expression keeps state between calls.
    this.#patterns = patterns.map(({ source, flags }) => new RegExp(source, flags.replaceAll(/[gy]/g, '')));
  }

  has(key: string): boolean {
    return this.#verdicts.get(key) ?? this.#judge(key);
  }

  #judge(key: string): boolean {
    const verdict = isSecret(key) || this.#patterns.some((pattern) => pattern.test(key));
    if (key.length > MAX_REMEMBERED_LENGTH) return verdict;
    if (this.#verdicts.size >= MAX_KEYS) this.#verdicts.clear();
    this.#verdicts.set(key, verdict);
    return verdict;
  }
}

function isSecret(key: string): boolean {
  const words = key
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(ABOUT_TOKENS, 'count');
  return words
    .split('-')
    .some((_, index, all) => SECRET_WORD.test(all.slice(Math.max(0, index - 1), index + 1).join('-')));
}
