import { useState } from 'preact/hooks';
import { percent } from '../../src/text/units.js';
import { settings } from '../api/live.js';
import { useTimeLeft } from '../state/countdown.js';
import { filterText, stopFilter } from './filter.js';
import { stopSampling } from './sampling.js';
import { mayChange, type Changeable } from './setting.js';

/** Temporary settings of the service, shown to every viewer. */
export function InForce() {
  const { sampling, filter } = settings.value ?? {};
  return (
    <>
      {sampling?.enabled === true && sampling.until !== null && (
        <Timed
          name="sampling"
          until={sampling.until}
          text={`${percent(sampling.ratio)} of the traces that the sampler drops are recorded`}
          stop={stopSampling}
        />
      )}
      {filter !== undefined && filter.until !== null && (
        <Timed name="filter" until={filter.until} text={filterText(filter)} stop={() => stopFilter(filter)} />
      )}
    </>
  );
}

interface TimedProps {
  readonly name: Changeable;
  readonly until: number;
  readonly text: string;
  readonly stop: () => Promise<string>;
}

function Timed({ name, until, text, stop }: TimedProps) {
  const left = useTimeLeft(until);
  const [refusal, setRefusal] = useState('');
  return (
    <p class="timed num">
      <strong>{name}</strong>
      <span>{text}</span>
      <span class="faint">ends in {left}</span>
      {mayChange(name) && (
        <button type="button" aria-label={`stop now: ${name}`} onClick={() => void stop().then(setRefusal)}>
          stop now
        </button>
      )}
      {refusal !== '' && <span class="bad">{refusal}</span>}
    </p>
  );
}
