/**
 * Whether a name is one that a pattern stands for: `*` is any characters, `?` is one, and any other character itself.
 *
 * Goes over the name once; where it does not go on, the last `*` takes one character more. Earlier ones need not be
 * looked at again: the shortest match up to the last `*` leaves it the most. So the time is at most that of the length
 * of the name times that of the pattern, never a power of the number of `*`.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  /** Behind the last `*`, and how far the name is taken by it. */
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
