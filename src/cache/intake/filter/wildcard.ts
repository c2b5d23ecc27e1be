/**
 * Whether a name matches a pattern, in which `*` matches any number of characters and `?` exactly one.
 *
 * Greedy matching with backtracking to the last `*` only. Earlier ones need no second try, because the shortest match
 * up to the last `*` leaves the longest rest of the name. The worst case is the product of both lengths, never
 * exponential in the number of `*`.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  /** Index after the last `*` in the pattern, and the end of its match in the name. */
  let behindStar = -1;
  let starTakes = 0;
  while (at < name.length) {
    const wanted = pattern[place];
    if (wanted === '*') {
      behindStar = ++place;
      starTakes = at;
    } else if (wanted === '?' || wanted === name[at]) {
      at++;
      place++;
    } else if (behindStar >= 0) {
      place = behindStar;
      at = ++starTakes;
    } else {
      return false;
    }
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}
