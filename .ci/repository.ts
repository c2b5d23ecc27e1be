import { readFileSync } from 'node:fs';

/** The members of `package.json` that say where its repository is. */
export interface RepositoryFields {
  readonly repository: { readonly type: 'git'; readonly url: string };
  readonly homepage: string;
  readonly bugs: { readonly url: string };
}

export const MANIFEST = new URL('../package.json', import.meta.url);

/** The URL of the repository that `package.json` has, or `undefined` while that is unknown. */
export function repositoryUrl(): string | undefined {
  return (JSON.parse(readFileSync(MANIFEST, 'utf8')) as Partial<RepositoryFields>).repository?.url;
}

/** The repository's page, of any URL of it: as a browser has it, as one clones it, or as `package.json` has it. */
export function pageOf(url: string): string {
  return url.replace(/^git\+/, '').replace(/(?:\.git)?\/?$/, '');
}

/** Derives all of the members from one URL of the repository. */
export function repositoryFields(url: string): RepositoryFields {
  const page = pageOf(url);
  return {
    repository: { type: 'git', url: `git+${page}.git` },
    homepage: `${page}#readme`,
    bugs: { url: `${page}/issues` },
  };
}
