import { useEffect, useState } from 'preact/hooks';
import { duration } from '../../src/text/units.js';
import { serverNow } from '../api/live.js';

const SECOND = 1_000;

/** The time left until a time on the console's clock, updated every second. */
export function useTimeLeft(until: number): string {
  const now = serverNow.value;
  const [since, setSince] = useState(0);
  useEffect(() => {
    const begun = performance.now();
    setSince(0);
    const timer = setInterval(() => setSince(performance.now() - begun), SECOND);
    return () => clearInterval(timer);
  }, [now]);
  const left = Math.max(0, until - now - since);
  return duration(Math.ceil(left / SECOND) * SECOND);
}
