import { signal } from './signal.js';

const STORED = 'otel-span-cache.token';
const TOKEN = /^#([\w-]{16,256})$/;

/** Secret that every request carries. Kept until this tab is closed. */
export const token = signal<string | undefined>(undefined);

/** Moves the token out of the address, so that no screenshot, bookmark or shared link contains it. */
export function takeToken(): void {
  const inAddress = TOKEN.exec(location.hash)?.[1];
  if (inAddress !== undefined) {
    setToken(inAddress);
    history.replaceState(null, '', `${location.pathname}#/traces`);
  } else {
    token.value = sessionStorage.getItem(STORED) ?? undefined;
  }
}

export function setToken(value: string): void {
  sessionStorage.setItem(STORED, value);
  token.value = value;
}

/** The token in a pasted text, which is the token itself or the whole address. */
export function tokenIn(text: string): string | undefined {
  const trimmed = text.trim();
  return /#([\w-]{16,256})$/.exec(trimmed)?.[1] ?? /^[\w-]{16,256}$/.exec(trimmed)?.[0];
}
