import { useState } from 'preact/hooks';
import { unauthorized } from '../api/live.js';
import { setToken, token, tokenIn } from '../state/token.js';

/** Form for the token: the page was opened by a link without one, or the service was restarted with another one. */
export function TokenForm() {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const found = tokenIn(text);
    if (found === undefined) return setWrong('A token has at least 16 letters, digits, dashes or underscores.');
    unauthorized.value = false;
    if (found === token.peek()) token.value = undefined;
    setToken(found);
  };
  return (
    <main class="token">
      <form onSubmit={submit}>
        <h1>otel-span-cache console</h1>
        <p>
          {unauthorized.value
            ? 'The token of this page is invalid. Each start of the service creates a new one.'
            : 'This page needs the token of the service.'}{' '}
          The service writes its address, with the token behind <code>#</code>, to standard error when it starts;{' '}
          <code>npx otel-span-cache-console ps --links</code> lists it.
        </p>
        <label for="token-text">Address or token</label>
        <input
          id="token-text"
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={text}
          aria-describedby="token-wrong"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p id="token-wrong" class="bad" role="alert">
          {wrong}
        </p>
        <button type="submit">Open</button>
      </form>
    </main>
  );
}
