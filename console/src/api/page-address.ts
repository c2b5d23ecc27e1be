import type { View } from './changes.js';

/** A place on the page. */
export interface PagePlace {
  /** `file`: the traces of a file that was opened in the browser. */
  readonly screen: View | 'file';
  /** The trace on the screen `trace`. */
  readonly traceId?: string | undefined;
  readonly query?: string | undefined;
  readonly window?: string | undefined;
  /** The start of the service to which the place belongs. */
  readonly epoch?: string | undefined;
  /** Further members of a screen: its selection, order and split. */
  readonly more?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * The address of a place, after `#`, so that no server receives it.
 *
 *     #/traces?q=status+%3D+error&window=1795964182379..1795964482380&epoch=e1
 *     #/trace/4bf92f3577b34da6a3ce929d0e0e4736?span=00f067aa0ba902b7
 */
export function pageAddress({ screen, traceId, query, window, epoch, more = {} }: PagePlace): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ q: query, window, ...more, epoch })) {
    if (value !== undefined && value !== '') search.set(name, value);
  }
  const path = traceId === undefined ? screen : `${screen}/${traceId}`;
  return search.size === 0 ? `#/${path}` : `#/${path}?${search.toString()}`;
}
