import type { ComponentChildren } from 'preact';
import { connection } from '../api/live.js';
import { go, route } from '../state/route.js';

/** Text of a screen without rows. */
export function Empty({ loaded, children }: { loaded: boolean; children: ComponentChildren }) {
  if (connection.value === 'refused') return null;
  if (!loaded)
    return <p class="empty faint">{connection.value === 'lost' ? 'No answer from the service.' : 'Loading …'}</p>;
  const { query } = route.value;
  if (query === '') return <p class="empty">{children}</p>;
  return (
    <p class="empty">
      Nothing in this window matches the query.{' '}
      <button type="button" onClick={() => go({ query: '' })}>
        clear the query
      </button>
    </p>
  );
}
