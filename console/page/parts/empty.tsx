import type { ComponentChildren } from 'preact';
import { connection } from '../api/live.js';
import { go, route } from '../state/route.js';

interface EmptyProps {
  readonly loaded: boolean;
  /** Attributes in the query that no span has had. */
  readonly unseen?: readonly string[] | undefined;
  /** The sentence of a screen without a query. */
  readonly children: ComponentChildren;
}

/** Text of a screen without rows. */
export function Empty({ loaded, unseen = [], children }: EmptyProps) {
  if (connection.value === 'refused') return null;
  if (!loaded)
    return <p class="empty faint">{connection.value === 'lost' ? 'No answer from the service.' : 'Loading …'}</p>;
  const { query } = route.value;
  if (query === '') return <p class="empty">{children}</p>;
  return (
    <p class="empty">
      {unseen.length > 0 ? `No span has had ${unseen.join(' or ')}.` : 'Nothing in this window matches the query.'}{' '}
      <button type="button" onClick={() => go({ query: '' })}>
        clear the query
      </button>
    </p>
  );
}
