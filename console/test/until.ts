/** Less than a test takes by default, so that the failure has the last answer. */
const PATIENCE_MILLIS = 45_000;

/** Repeats a question until its answer fits: until it is truthy, by default. Resolves with it; fails after 45 s. */
export async function until<T>(question: () => T | Promise<T>, fits: (answer: T) => boolean = Boolean): Promise<T> {
  const end = performance.now() + PATIENCE_MILLIS;
  for (;;) {
    const answer = await question();
    if (fits(answer)) return answer;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
