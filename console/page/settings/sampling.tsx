import { useState } from 'preact/hooks';
import type { Sampling } from '../../src/api/schemas.js';
import { percent } from '../../src/text/units.js';
import { settings } from '../api/live.js';
import { signal } from '../state/signal.js';
import { change } from './send.js';
import { ForHowLong, Setting, TIMES } from './setting.js';

const RATIOS = [1, 0.5, 0.1, 0.01];

const open = signal(false);

export function toggleSampling(): void {
  open.value = !open.value;
}

/** The sampling that the service has confirmed, and the form to change it. */
export function SamplingChoice() {
  const now = settings.value?.sampling;
  if (now === undefined) return null;
  return (
    <Setting name="sampling" open={open} state={samplingText(now)} title="Sampling (R)" inForce={now.enabled}>
      <SamplingForm now={now} />
    </Setting>
  );
}

function samplingText({ enabled, ratio }: Sampling): string {
  return enabled ? `sampling ${percent(ratio)}` : 'sampling off';
}

/** @returns the reason of a refusal; empty on success */
export function stopSampling(): Promise<string> {
  return change('sampling', { enabled: false }, samplingText);
}

function SamplingForm({ now }: { now: Sampling }) {
  const [ratio, setRatio] = useState(now.enabled ? now.ratio : 1);
  const [millis, setMillis] = useState<number>(TIMES[1][0]);
  const [refusal, setRefusal] = useState('');
  const finish = (sentence: string): void => {
    setRefusal(sentence);
    if (sentence === '') open.value = false;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void change('sampling', { enabled: true, ratio, forMillis: millis }, samplingText).then(finish);
  };
  const ratios = RATIOS.includes(ratio) ? RATIOS : [ratio, ...RATIOS];
  return (
    <form onSubmit={submit}>
      <p>
        Records traces that the sampler of the service drops, for readers inside the process. Exporters never receive
        them.
      </p>
      <label>
        of these traces{' '}
        <select value={String(ratio)} onChange={({ currentTarget }) => setRatio(Number(currentTarget.value))}>
          {ratios.map((value) => (
            <option key={value} value={String(value)}>
              {percent(value)}
            </option>
          ))}
        </select>
      </label>
      <ForHowLong millis={millis} onMillis={setMillis} />
      <p class="setting-acts">
        <button type="submit">start</button>
        <button type="button" disabled={!now.enabled} onClick={() => void stopSampling().then(finish)}>
          stop
        </button>
      </p>
      <p class="bad" role="alert">
        {refusal}
      </p>
    </form>
  );
}
