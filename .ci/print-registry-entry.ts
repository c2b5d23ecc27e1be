import { registryEntry } from './registry-entry.js';
import { repositoryUrl } from './repository.js';

/*
 * Prints the entry for OpenTelemetry's registry, and the file that it goes to. Its URLs are derived from the one given,
 * or else from that in `package.json`:
 *
 *   npm run registry-entry
 *   npm run registry-entry -- https://github.com/…
 */

const repository = process.argv[2] ?? repositoryUrl();
if (repository === undefined) {
  process.stderr.write('without URLs, as package.json names no repository: npm run registry-entry -- https://…\n');
}
process.stdout.write(registryEntry(repository, new Date().toISOString().slice(0, 10)));
