import type { View } from '../api/changes.js';
import { pageAddress } from '../api/page-address.js';

/** A place on the page. */
export interface LinkedPlace {
  readonly view: View;
  readonly query?: string | undefined;
  /** `from..to`, so that the link shows the same data later. */
  readonly window?: string | undefined;
  readonly trace?: string | undefined;
  readonly span?: string | undefined;
  /** Name of the mark to compare with. */
  readonly mark?: string | undefined;
  readonly epoch: string;
}

/** Longer queries are left out, because the link is part of an answer of limited size. */
const MAX_QUERY = 300;

/** Address of a place on the page, without the token. */
export function pageLink(origin: string, { view, query, window, trace, span, mark, epoch }: LinkedPlace): string {
  const isShort = query !== undefined && new URLSearchParams({ query }).toString().length <= MAX_QUERY;
  const place = {
    screen: view,
    traceId: trace,
    query: isShort ? query : undefined,
    window,
    epoch,
    more: { span, mark },
  };
  return new URL(pageAddress(place), origin).href;
}
