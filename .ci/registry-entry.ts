import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';

/** The entry for OpenTelemetry's registry, as YAML, of the package that is in a repository. */
export function registryEntry(repository: string, createdAt: string): string {
  const { name, version, description, keywords } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { name: string; version: string; description: string; keywords: string[] };
  return stringify({
    title: 'Span cache for Node.js',
    registryType: 'processor',
    language: 'js',
    tags: ['node.js', ...keywords.filter((keyword) => keyword !== 'opentelemetry')],
    license: 'Apache 2.0',
    description,
    authors: [{ name: `${name} authors`, url: repository }],
    urls: { repo: repository, docs: `${repository}#readme` },
    createdAt,
    package: { registry: 'npm', name, version },
    isNative: false,
    isFirstParty: false,
  });
}
