import { keyName, liveGroups } from '../keys/keys.js';
import { recentQueries } from '../query/history.js';
import { WINDOWS } from '../query/window-choice.js';
import { go, route } from '../state/route.js';
import { setTheme, THEMES } from '../state/theme.js';
import { line } from '../text/shown.js';
import { togglePalette } from './open.js';

/** An entry of the palette. */
export interface Command {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  /** Its key, if it has one. */
  readonly key: string;
  readonly run: () => void;
}

/** Commands for keys that work now, time windows, themes and recent queries of this browser. */
export function commands(): readonly Command[] {
  return [...ofKeys(), ...ofWindows(), ...ofThemes(), ...ofQueries()];
}

/** Leaves out the palette's own key, because the palette is open already. */
function ofKeys(): Command[] {
  return liveGroups().flatMap(({ title, keys }) =>
    keys
      .filter(({ run }) => run !== togglePalette)
      .map(({ keys: [key = ''], does, run }) => ({
        id: `${title} ${does}`,
        group: title,
        text: does,
        key: keyName(key),
        run,
      })),
  );
}

function ofWindows(): Command[] {
  if (route.peek().screen === 'trace') return [];
  return WINDOWS.map(([value, name]) => ({
    id: `window ${value}`,
    group: 'Window',
    text: name,
    key: '',
    run: () => go({ window: value }),
  }));
}

function ofThemes(): Command[] {
  return THEMES.map((theme) => ({
    id: `theme ${theme}`,
    group: 'Theme',
    text: `theme: ${theme}`,
    key: '',
    run: () => setTheme(theme),
  }));
}

function ofQueries(): Command[] {
  const { screen } = route.peek();
  const target = screen === 'trace' ? 'traces' : screen;
  return recentQueries().map((query) => ({
    id: `query ${query}`,
    group: 'Recent query',
    text: line(query),
    key: '',
    run: () => go({ screen: target, query }),
  }));
}

/** The commands that contain every word; commands that begin with the first word come first. */
export function matching(all: readonly Command[], text: string): readonly Command[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const [first = ''] = words;
  const isMatch = (command: Command): boolean => {
    const searched = `${command.group} ${command.text}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  };
  const found = all.filter(isMatch);
  const begins = ({ text: own }: Command): boolean => own.toLowerCase().startsWith(first);
  return words.length === 0 ? found : [...found.filter(begins), ...found.filter((command) => !begins(command))];
}
