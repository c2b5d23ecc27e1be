import { registryEntry } from './registry-entry.js';
import { repositoryUrl } from './repository.js';

/*
 * Prints the entry for OpenTelemetry's registry and the path of its file. URLs are derived from the given URL of the
 * repository, or else from the one in `package.json`:
 *
 *   npm run registry-entry
 *   npm run registry-entry -- https://github.com/…
 */

const repository = process.argv[2] ?? repositoryUrl();
if (repository === undefined) {
  process.stderr.write(
    'The entry has no URLs, because package.json names no repository. Add one: npm run registry-entry -- https://…\n',
  );
}
process.stdout.write(registryEntry(repository, new Date().toISOString().slice(0, 10)));
