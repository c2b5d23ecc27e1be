import type { ComponentChildren } from 'preact';
import { useKeys } from '../keys/keys.js';
import { hello } from '../state/console.js';
import type { Signal } from '../state/signal.js';

export type Changeable = 'sampling' | 'filter';

/** Whether this page may change a setting of the service. */
export function mayChange(name: Changeable): boolean {
  return hello.value?.capabilities.includes(name) === true;
}

export const TIMES = [
  [300_000, '5 min'],
  [600_000, '10 min'],
  [1_800_000, '30 min'],
  [3_600_000, '1 hour'],
] as const;

interface SettingProps {
  readonly name: Changeable;
  readonly open: Signal<boolean>;
  readonly state: string;
  readonly title: string;
  readonly inForce: boolean;
  readonly children: ComponentChildren;
}

/** The state of a setting in the header; it opens the form that changes the setting. */
export function Setting({ name, open, state, title, inForce, children }: SettingProps) {
  return (
    <details
      class="setting"
      // Elements with the same name: only one is open at a time.
      name="setting"
      open={open.value}
      onToggle={({ currentTarget }) => (open.value = currentTarget.open)}
    >
      <summary class={`num ${inForce ? 'in-force' : ''}`} title={title}>
        {state}
      </summary>
      {open.value && (
        <Panel name={name} onClose={() => (open.value = false)}>
          {children}
        </Panel>
      )}
    </details>
  );
}

interface PanelProps {
  readonly name: Changeable;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

function Panel({ name, onClose, children }: PanelProps) {
  useKeys(name, [{ keys: ['Escape'], does: 'close', run: onClose }], 2);
  return <div class="setting-panel">{mayChange(name) ? children : <ViewOnly name={name} />}</div>;
}

function ViewOnly({ name }: { name: Changeable }) {
  return (
    <p>
      The token of this page has the role <code>view</code>, which cannot change the {name}. Use the token that the
      service writes at its start.
    </p>
  );
}

/** Chooses how long a setting lasts. */
export function ForHowLong({ onMillis, millis }: { onMillis: (millis: number) => void; millis: number }) {
  return (
    <label>
      for{' '}
      <select value={String(millis)} onChange={({ currentTarget }) => onMillis(Number(currentTarget.value))}>
        {TIMES.map(([value, text]) => (
          <option key={value} value={String(value)}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
