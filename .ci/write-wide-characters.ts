import { writeFileSync } from 'node:fs';
import { wideCharactersSource } from './wide-characters.js';

/*
 * Writes the table of characters that take two columns of a terminal:
 *
 *   npm run wide-characters
 *
 * A test compares the table with the package it is made of, so an update of that package asks for this.
 */
writeFileSync(new URL('../src/trace/text/wide-characters.ts', import.meta.url), wideCharactersSource());
