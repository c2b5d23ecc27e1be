import { useEffect, useState } from 'preact/hooks';
import { later } from '../parts/on-demand.js';
import { signal } from '../state/signal.js';
import { line } from '../text/shown.js';

/** Why the last file could not be opened, in one sentence. */
const trouble = signal('');

const CHOICE = 'file-choice';

/** Lets the user choose a file to open. */
export function chooseFile(): void {
  document.getElementById(CHOICE)?.click();
}

async function open(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  trouble.value = '';
  try {
    const { openFile } = await later();
    await openFile(file);
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
  }
}

/** Opens files that are dropped anywhere on the page. */
export function DropZone() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = ({ relatedTarget }: DragEvent): void => {
      if (relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setOver(false);
      void open(event.dataTransfer.files[0]);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, []);
  return (
    <>
      {isOver && (
        <div class="drop">
          <p>
            Drop a file of OTLP, Jaeger or Chrome trace JSON. <span class="faint">It stays in this browser.</span>
          </p>
        </div>
      )}
      <input
        id={CHOICE}
        type="file"
        accept=".json,.jsonl,.ndjson,.txt,application/json"
        hidden
        onChange={({ currentTarget }) => {
          void open(currentTarget.files?.[0]);
          // Otherwise, choosing the same file again would fire no event.
          currentTarget.value = '';
        }}
      />
      <div class="file-trouble" role="alert" hidden={trouble.value === ''}>
        <span>{line(trouble.value, 600)}</span>
        <button type="button" class="quiet" onClick={() => (trouble.value = '')}>
          ok
        </button>
      </div>
    </>
  );
}
