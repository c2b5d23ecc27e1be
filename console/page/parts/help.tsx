import { useLayoutEffect, useRef } from 'preact/hooks';
import { keyName, liveGroups } from '../keys/keys.js';
import { signal } from '../state/signal.js';

export const helpOpen = signal(false);

/** The keys that work at the moment, from the table that also dispatches them. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useLayoutEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)}>
      <header>
        <h2 id="help-title">Keys</h2>
        <button type="button" class="quiet" onClick={() => (helpOpen.value = false)}>
          close
        </button>
      </header>
      {open && (
        <div class="help-groups">
          {liveGroups().map(({ title, keys }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {keys.map(({ keys: names, does }) => (
                  <div key={does}>
                    <dt>
                      {names.map((name) => (
                        <kbd key={name}>{keyName(name)}</kbd>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      )}
    </dialog>
  );
}
