import { useEffect, useState } from 'preact/hooks';
import type { Slow } from '../../src/api/schemas.js';
import { counted, duration, grouped } from '../../src/text/units.js';
import { get, Refused } from '../api/client.js';
import { go, linkTo } from '../state/route.js';
import { comparison, line } from '../text/shown.js';

/** Attributes and places in which slow calls differ from the others. */
export function SlowPanel({
  query,
  window,
  slowerThan,
}: {
  query: string;
  window: string;
  slowerThan: number | undefined;
}) {
  const [answer, setAnswer] = useState<Slow>();
  const [refusal, setRefusal] = useState('');
  useEffect(() => {
    const control = new AbortController();
    setRefusal('');
    get<Slow>('slow', { query, window, slowerThan }, control.signal).then(setAnswer, (error: unknown) => {
      if (!control.signal.aborted) setRefusal(error instanceof Refused ? error.message : 'No answer from the service.');
    });
    return () => control.abort();
  }, [query, window, slowerThan]);
  if (refusal !== '') return <p class="bad">{refusal}</p>;
  if (answer === undefined) return <p class="faint">Comparing …</p>;
  if (answer.slow === 0) return <p class="faint">No slow call among {counted(answer.normal, 'call')}.</p>;
  return (
    <section class="slow">
      <h2 class="detail-name">Slow against normal</h2>
      <p class="num">
        {grouped(answer.slow)} of at least {duration(answer.slowerThan)}, {grouped(answer.normal)} shorter
        {answer.partial && ', of the newest spans only'}
      </p>
      <Differences answer={answer} />
      {answer.paths.length > 0 && <Paths paths={answer.paths} />}
      <p class="acts">
        {answer.examples.slow.slice(0, 3).map((traceId, index) => (
          <a key={traceId} class="button" href={linkTo({ screen: 'trace', traceId })}>
            slow trace {index + 1}
          </a>
        ))}
      </p>
    </section>
  );
}

function Differences({ answer: { differences, slow, normal } }: { answer: Slow }) {
  return (
    <table class="compare num">
      <caption>Values that differ most</caption>
      <thead>
        <tr>
          <th scope="col">attribute</th>
          <th scope="col">slow</th>
          <th scope="col">normal</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ key, value, slow: ofSlow, normal: ofNormal }) => (
          <tr key={`${key} ${value}`}>
            <th scope="row">
              <button
                type="button"
                class="quiet as-text"
                onClick={() => go({ screen: 'traces', query: comparison(key, value) })}
              >
                {line(key, 100)} = {line(value, 100)}
              </button>
            </th>
            <td>{shareOf(ofSlow, slow)}</td>
            <td class="faint">{shareOf(ofNormal, normal)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`;
}

function Paths({ paths }: { paths: Slow['paths'] }) {
  return (
    <table class="compare num">
      <caption>Self time per call, where slow calls need more</caption>
      <thead>
        <tr>
          <th scope="col">path</th>
          <th scope="col">slow</th>
          <th scope="col">normal</th>
        </tr>
      </thead>
      <tbody>
        {paths.map(({ path, slowMillis, normalMillis }) => (
          <tr key={path}>
            <th scope="row">{line(path)}</th>
            <td>{duration(slowMillis)}</td>
            <td class="faint">{duration(normalMillis)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
