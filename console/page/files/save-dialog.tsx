import { useState } from 'preact/hooks';
import { counted, grouped } from '../../src/text/units.js';
import { say } from '../parts/copy.js';
import { useModal } from '../parts/modal.js';
import { FORMATS, type Format } from './formats.js';
import { toSave, type Loaded, type ToSave } from './saving.js';

/** Time that a browser has to begin the download. */
const DOWNLOAD_MILLIS = 60_000;

function close(): void {
  toSave.value = undefined;
}

/** Lets the user choose the format of a file, and downloads it. */
export function SaveDialog({ what }: { what: ToSave }) {
  const formats = FORMATS.filter(({ isOfOneTrace }) => what.isOneTrace || !isOfOneTrace);
  const [chosen, setChosen] = useState(0);
  const [progress, setProgress] = useState('');
  const [failure, setFailure] = useState('');
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    setFailure('');
    setProgress('…');
    try {
      const loaded = await what.load((done, of) => setProgress(`${grouped(done)} of ${grouped(of)}`));
      if (loaded.traces.length === 0) throw new Error('There is no trace to save.');
      download(formats[chosen]!, what, loaded);
      close();
    } catch (error) {
      setFailure((error as Error).message);
    }
    setProgress('');
  };
  return (
    <dialog {...useModal(close)} class="save" aria-labelledby="save-title">
      <form onSubmit={(event) => void save(event)}>
        <h2 id="save-title">Save {what.what}</h2>
        <fieldset>
          <legend class="faint">Format</legend>
          {formats.map((format, index) => (
            <label key={format.name}>
              <input type="radio" name="format" checked={index === chosen} onChange={() => setChosen(index)} />
              <span>
                <strong>{format.name}</strong> <span class="faint">{format.for}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <p class="faint save-hint">To open a saved JSON file again, drop it on this page.</p>
        <p class="bad" role="alert">
          {failure}
        </p>
        <div class="save-acts">
          <span class="num faint" role="status">
            {progress}
          </span>
          <span class="spacer" />
          <button type="button" onClick={close}>
            cancel
          </button>
          <button type="submit" class="main" disabled={progress !== ''}>
            save
          </button>
        </div>
      </form>
    </dialog>
  );
}

function download(format: Format, { fileName }: ToSave, loaded: Loaded): void {
  const url = URL.createObjectURL(new Blob([format.textOf(loaded.traces)], { type: format.type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName}.${format.ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MILLIS);
  say(`saved ${amountOf(loaded)} as ${link.download}`);
}

function amountOf({ traces, of, atLeast }: Loaded): string {
  if (of === traces.length && !atLeast) return counted(of, 'trace');
  return `${grouped(traces.length)} of ${atLeast ? 'at least ' : ''}${counted(of, 'trace')}`;
}
