import { connection, cut, paused, pulse, serverNow, togglePause, type Connection, type Pulse } from '../api/live.js';
import { counted, duration, grouped, rate, clock } from '../../src/text/units.js';
import { hello, host, restart, serviceName } from '../state/console.js';
import { keyOf, lastList, linkTo, route, SCREENS } from '../state/route.js';
import { nextTheme, theme } from '../state/theme.js';
import { FilterChoice } from '../settings/filter.js';
import { InForce } from '../settings/in-force.js';
import { SamplingChoice } from '../settings/sampling.js';
import { line } from '../text/shown.js';
import { toggleHelp } from './help.js';
import { LostCount } from './losses.js';

/** Texts of the states that do not say enough by their names. */
const CONNECTIONS: Partial<Record<Connection, string>> = {
  polling: 'live, every 2 s: other pages have the streams',
  lost: 'no answer, trying again',
};

export function Header() {
  return (
    <header class="head">
      <div class="head-line">
        <Service />
        <span class="spacer" />
        <Rates />
        <button type="button" aria-pressed={paused.value} onClick={togglePause} title="Pause this page (p)">
          {paused.value ? '▶' : '❚❚'} <span class="word">{paused.value ? 'resume' : 'pause'}</span>
        </button>
        <SamplingChoice />
        <FilterChoice />
        <button type="button" onClick={nextTheme} title="Theme: system, light, dark (d)">
          ◐ <span class="word">{theme.value}</span>
        </button>
        <button type="button" onClick={toggleHelp} title="Keys (?)">
          ? <span class="word">help</span>
        </button>
      </div>
      <nav class="tabs" aria-label="Screens">
        {SCREENS.map((screen, index) => (
          <a
            key={screen}
            href={linkTo({ screen, more: {} })}
            aria-current={isCurrent(screen) ? 'page' : undefined}
            title={`${screen} (${keyOf(index)})`}
          >
            {screen}
          </a>
        ))}
      </nav>
      <InForce />
    </header>
  );
}

function isCurrent(screen: string): boolean {
  return (route.value.screen === 'trace' ? lastList : route.value).screen === screen;
}

function Service() {
  const process = host();
  if (process === undefined) return <h1 class="service">console</h1>;
  const up = Math.max(0, serverNow.value - hello.value!.startedAt);
  return (
    <>
      <h1 class="service">{line(serviceName(), 60)}</h1>
      <span class="faint num">
        {process.pid !== null && `pid ${process.pid} · `}up {duration(Math.floor(up / 1_000) * 1_000)}
      </span>
    </>
  );
}

function Rates() {
  const now = pulse.value;
  const state = connection.value;
  const dot = paused.value && state === 'live' ? 'paused' : state;
  return (
    <span class="rates num">
      <span class={`dot ${dot}`} aria-hidden="true" />
      <span>
        {CONNECTIONS[state] ?? state}
        {state === 'live' && now !== undefined && ` ${rate(now.spansPerSecond)} spans/s`}
      </span>
      {now !== undefined && <Loop loop={now.loop} />}
    </span>
  );
}

function Loop({ loop: { delayMillis, blockedMillis } }: { loop: Pulse['loop'] }) {
  if (blockedMillis !== null) return <strong class="bad">event loop blocked for {duration(blockedMillis)}</strong>;
  return <span class={delayMillis > 100 ? 'warn' : 'faint'}>loop {duration(delayMillis)}</span>;
}

/** Numbers of spans received, kept and lost, on which every answer is based. */
export function Ground() {
  const coverage = pulse.value?.coverage;
  return (
    <footer class="ground num">
      {coverage !== undefined && (
        <>
          <span>received {grouped(coverage.received)}</span>
          <span>
            kept {grouped(coverage.retained)}
            {coverage.retainedSince !== null && ` (since ${clock(coverage.retainedSince)})`}
          </span>
          <LostCount lost={coverage.lost} />
        </>
      )}
      {cut.value > 0 && <span class="warn">{counted(cut.value, 'row')} left out of this view: it is too large</span>}
      <RestartNote />
    </footer>
  );
}

function RestartNote() {
  if (restart.value === undefined) return null;
  const { of, at } = restart.value;
  return (
    <span class="warn" role="status">
      the {of} was started again; its history before {at === null ? 'is gone' : `${clock(at)} is lost`}{' '}
      <button type="button" class="quiet" onClick={() => (restart.value = undefined)}>
        ok
      </button>
    </span>
  );
}
