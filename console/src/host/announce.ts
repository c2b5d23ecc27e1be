import process, { pid } from 'node:process';
import { isLoopback } from '../access/host-names.js';
import type { ResolvedOptions } from '../options.js';
import { visibleJson } from '../text/visible.js';

export type Announce = (line: string) => void;

/** Returns the function that writes lines as the option `announce` says. A line that cannot be written is lost. */
export function announcer({ announce }: Pick<ResolvedOptions, 'announce'>): Announce {
  if (announce === false) return () => {};
  const write = announce === true ? (line: string) => void process.stderr.write(`${line}\n`) : announce;
  return (line) => {
    try {
      write(line);
    } catch {
      // There is no other way to report it.
    }
  };
}

/** A console that listens. */
export interface Listening {
  readonly service: string;
  /** With the token behind `#`. */
  readonly url: string;
  /** Undefined for the default addresses. */
  readonly host: string | undefined;
  readonly otlpUrl: string | undefined;
}

/** The line with the addresses of a console. */
export function listeningLine({ service, url, host, otlpUrl }: Listening): string {
  const where = isLoopback(host) ? '' : ` (reachable from other machines: it listens on ${host})`;
  const otlp = otlpUrl === undefined ? '' : ` · takes OTLP at ${otlpUrl}`;
  return `otel-span-cache-console: ${printable(service)} at ${url}${where}${otlp}`;
}

/** The same as one line of JSON. */
export function listeningJson(listening: Listening): string {
  return visibleJson(addressesOf(listening));
}

/** The addresses of a console, and its process, for a program. */
export function addressesOf({ service, url, otlpUrl }: Listening): object {
  return { service, pid, url, otlpUrl };
}

/** Removes control and format characters, which a terminal would execute, or which would reorder the text. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '�');
}
