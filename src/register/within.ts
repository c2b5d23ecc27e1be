import { clearTimeout, MAX_MILLIS, setTimeout } from '../support/timers.js';

/** Whether the work was done in its time. Keeps the process alive until then. Work that fails counts as done. */
export async function within(millis: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.min(millis, MAX_MILLIS));
  });
  const done = work.then(() => true, () => true);
  const inTime = await Promise.race([done, timeout]);
  clearTimeout(timer);
  return inTime;
}
