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
    trouble.value = (error as Error).message;
  }
}

/** Whether a file is dragged over the page. */
const isOver = signal(false);

/** Opens files that are dropped anywhere on the page. */
export function startDrop(): void {
  addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    isOver.value = true;
  });
  addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) isOver.value = false;
  });
  addEventListener('drop', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    isOver.value = false;
    void open(event.dataTransfer?.files[0]);
  });
}

export function DropZone() {
  return (
    <>
      {isOver.value && (
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

function hasFile({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}
