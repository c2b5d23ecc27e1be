import { registryEntry } from './registry-entry.js';

/*
 * Prints the entry for OpenTelemetry's registry, which goes to its folder `data/registry`:
 *
 *   npm run registry-entry -- https://github.com/…
 */

const [repository] = process.argv.slice(2);
if (!repository?.startsWith('https://')) throw new TypeError('say the URL of the repository, https://…');
process.stdout.write(registryEntry(repository, new Date().toISOString().slice(0, 10)));
