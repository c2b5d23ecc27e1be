import { keyName, liveGroups } from '../keys/keys.js';
import { signal } from '../state/signal.js';
import { useModal } from './modal.js';

export const helpOpen = signal(false);

export function toggleHelp(): void {
  helpOpen.value = !helpOpen.value;
}

/** The keys that work at the moment, from the table that also dispatches them. */
export function Help() {
  return (
    <dialog {...useModal(toggleHelp)} class="help" aria-labelledby="help-title">
      <header>
        <h2 id="help-title">Keys</h2>
        <button type="button" class="quiet" onClick={toggleHelp}>
          close
        </button>
      </header>
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
    </dialog>
  );
}
