import { lines } from '../text/shown.js';

export type Fact = readonly [name: string, text: string];

/** Names with one text each. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts num">
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export function StackTrace({ stack }: { stack: string }) {
  return (
    <pre tabIndex={0} aria-label="Stack trace">
      {lines(stack)}
    </pre>
  );
}
