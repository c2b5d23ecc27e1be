import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Size of an element, and how far it is scrolled, in pixels. */
export interface Place {
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Until it is known, the height is that of a small screen: the first picture has rows. */
const UNKNOWN: Place = { top: 0, width: 0, height: 800 };

/** Follows the place of an element. */
export function usePlace(element: RefObject<HTMLElement>): Place {
  const [place, setPlace] = useState(UNKNOWN);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const read = (): void =>
      setPlace({ top: current.scrollTop, width: current.clientWidth, height: current.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(current);
    current.addEventListener('scroll', read, { passive: true });
    read();
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', read);
    };
  }, []);
  return place;
}
