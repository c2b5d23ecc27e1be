import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type * as laterParts from '../later.js';

type Later = typeof laterParts;

let loaded: Later | undefined;

/** Loads the script that the first rows do not need. */
export async function later(): Promise<Later> {
  loaded ??= await import('../later.js');
  return loaded;
}

/** A component from that script, which is loaded when the component is first shown. */
export function onDemand<Props extends object>(choose: (parts: Later) => ComponentType<Props>): ComponentType<Props> {
  return (props: Props) => {
    const [failed, setFailed] = useState(false);
    const [, setReady] = useState(loaded !== undefined);
    useEffect(() => {
      if (loaded === undefined)
        later().then(
          () => setReady(true),
          () => setFailed(true),
        );
    }, []);
    if (failed) return <NotLoaded />;
    if (loaded === undefined) return <p class="empty faint">Loading …</p>;
    const Part = choose(loaded);
    return <Part {...props} />;
  };
}

function NotLoaded() {
  return (
    <div class="empty">
      <p>This part of the page could not be loaded.</p>
      <p>
        <button type="button" onClick={() => location.reload()}>
          reload the page
        </button>
      </p>
    </div>
  );
}
