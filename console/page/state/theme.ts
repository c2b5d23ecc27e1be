import { signal } from './signal.js';

const STORED = 'otel-span-cache.theme';
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>('system');

export function startTheme(): void {
  const stored = localStorage.getItem(STORED);
  setTheme(THEMES.find((known) => known === stored) ?? 'system');
}

export function nextTheme(): void {
  setTheme(THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system');
}

export function setTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem(STORED, next);
  document.documentElement.dataset['theme'] = next;
}
