import process from 'node:process';
import { isLoopback } from '../access/host-names.js';
import type { ResolvedOptions } from '../options.js';

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

/** The line with the address of a console. */
export function listeningLine(service: string, url: string, host: string | undefined): string {
  const where = isLoopback(host) ? '' : ` (reachable from other machines: it listens on ${host})`;
  return `otel-span-cache-console: ${printable(service)} at ${url}${where}`;
}

/** Removes control and format characters, which a terminal would execute, or which would reorder the text. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '�');
}
