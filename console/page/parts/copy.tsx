import { signal } from '../state/signal.js';

/** Result of the latest action, announced by screen readers. */
const said = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  said.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (said.value = ''), 2_500);
}

export async function copy(text: string, name: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`copied ${name}`);
  } catch {
    say('the browser did not allow copying');
  }
}

export function Said() {
  return (
    <div class="said" role="status">
      {said.value}
    </div>
  );
}
