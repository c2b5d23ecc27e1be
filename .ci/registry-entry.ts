import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';

const TYPE = 'processor';
const LANGUAGE = 'js';

/**
 * The entry for OpenTelemetry's registry, as YAML, of the package that is in a repository. Its first line is a comment:
 * the file that it goes to, in the repository of opentelemetry.io.
 *
 * @param repository its URL, also as one clones it
 */
export function registryEntry(repository: string, createdAt: string): string {
  const repo = repository.replace(/(?:\.git)?\/?$/, '');
  const { name, version, description, keywords } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { name: string; version: string; description: string; keywords: string[] };
  const entry = stringify({
    title: 'Span cache for Node.js',
    registryType: TYPE,
    language: LANGUAGE,
    tags: ['node.js', ...keywords.filter((keyword) => keyword !== 'opentelemetry')],
    license: 'Apache 2.0',
    description,
    authors: [{ name: `${name} authors`, url: repo }],
    urls: { repo, docs: `${repo}#readme` },
    createdAt,
    package: { registry: 'npm', name, version },
    isNative: false,
    isFirstParty: false,
  });
  return `# data/registry/${TYPE}-${LANGUAGE}-${name}.yml\n${entry}`;
}
