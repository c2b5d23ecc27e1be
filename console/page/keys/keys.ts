import { useLayoutEffect, useState } from 'preact/hooks';
import { isAwaited, typeAhead } from '../palette/open.js';
import { signal } from '../state/signal.js';

/*
 * The keys that work at the moment. Components add their keys while they are mounted. The help lists this table, so it
 * names no other keys.
 */

export interface Key {
  /** Names as in `KeyboardEvent.key`, prefixed with `Ctrl+` if Ctrl (Cmd on a Mac) must be held. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly run: () => void;
  /** Whether it works at the moment; otherwise the browser handles the key. */
  readonly when?: () => boolean;
  /** Whether it also works while a dialog is open. */
  readonly inDialog?: boolean;
}

const HELD = 'Ctrl+';

export interface KeyGroup {
  readonly title: string;
  /** If several groups have the same key, the group with the highest level wins. */
  readonly level: number;
  keys: readonly Key[];
}

const groups = signal<readonly KeyGroup[]>([]);

/** Adds keys while the component is mounted. */
export function useKeys(title: string, keys: readonly Key[], level = 1): void {
  const [group] = useState<KeyGroup>({ title, keys, level });
  group.keys = keys;
  // In a layout effect, so that the next key reaches the new screen.
  useLayoutEffect(() => {
    groups.value = [...groups.peek(), group].sort((a, b) => b.level - a.level);
    return () => {
      groups.value = groups.peek().filter((other) => other !== group);
    };
  }, []);
}

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.defaultPrevented) return;
    const held = event.ctrlKey || event.metaKey;
    if (!held && typeAhead(event)) return event.preventDefault();
    if (!held && belongsToControl(event)) return;
    const name = held ? `${HELD}${event.key.toLowerCase()}` : event.key;
    const key = groups
      .peek()
      .flatMap((group) => group.keys)
      .find(({ keys, when }) => keys.includes(name) && when?.() !== false);
    if (key === undefined || (isInDialog() && key.inDialog !== true)) return;
    event.preventDefault();
    key.run();
  });
}

/** Whether the focused field or button handles the key itself. */
function belongsToControl({ key, target }: KeyboardEvent): boolean {
  if (key === 'Enter' && isControl(target)) return true;
  return isField(target) && key !== 'Escape';
}

/** Whether the key was pressed in a modal dialog, which has its own keys. */
function isInDialog(): boolean {
  return isAwaited() || document.querySelector('dialog[open]') !== null;
}

/** The groups, each without the keys that a group of a higher level overrides. */
export function liveGroups(): KeyGroup[] {
  const taken = new Set<string>();
  return groups.value.map(({ title, level, keys }) => {
    const live = keys.map((key) => ({ ...key, keys: key.keys.filter((name) => !taken.has(name)) }));
    for (const name of live.flatMap((key) => key.keys)) taken.add(name);
    return { title, level, keys: live.filter((key) => key.keys.length > 0) };
  });
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

const isMac = navigator.platform.startsWith('Mac');

export function keyName(key: string): string {
  if (key.startsWith(HELD)) return `${isMac ? '⌘' : HELD}${key.slice(HELD.length).toUpperCase()}`;
  return NAMES[key] ?? key;
}
