import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { MANIFEST, pageOf, repositoryFields } from './repository.js';

const TYPE = 'processor';
const LANGUAGE = 'js';

/**
 * The entry for OpenTelemetry's registry, as YAML. Its first line is a comment with the path of its file in the
 * repository of opentelemetry.io.
 *
 * @param repository URL of this package's repository; without it, the entry has no URLs
 */
export function registryEntry(repository: string | undefined, createdAt: string): string {
  const { name, version, description, keywords } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
    name: string;
    version: string;
    description: string;
    keywords: string[];
  };
  const entry = stringify({
    title: 'Span cache for Node.js',
    registryType: TYPE,
    language: LANGUAGE,
    tags: ['node.js', ...keywords.filter((keyword) => keyword !== 'opentelemetry')],
    license: 'Apache 2.0',
    description,
    authors: [{ name: `${name} authors`, ...(repository && { url: pageOf(repository) }) }],
    ...(repository && { urls: { repo: pageOf(repository), docs: repositoryFields(repository).homepage } }),
    createdAt,
    package: { registry: 'npm', name, version },
    isNative: false,
    isFirstParty: false,
  });
  return `# data/registry/${TYPE}-${LANGUAGE}-${name}.yml\n${entry}`;
}
