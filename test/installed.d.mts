/* The types of installed.mjs. */
export function installLocked(cwd: string, command?: string[]): void;
export function newNode(): string;
export function nodeOf(major: number): string;
