import { writeFileSync } from 'node:fs';
import { wideCharactersSource } from './wide-characters.js';

/*
 * Generates the table of characters that take two columns of a terminal:
 *
 *   npm run wide-characters
 *
 * A test compares the table with the data of the package `get-east-asian-width`. Run this after an update of that
 * package.
 */
writeFileSync(new URL('../src/trace/text/wide-characters.ts', import.meta.url), wideCharactersSource());
