import { readFileSync } from 'node:fs';

/** The members of `package.json` that are derived from the URL of its repository. */
export interface RepositoryFields {
  readonly repository: { readonly type: 'git'; readonly url: string };
  readonly homepage: string;
  readonly bugs: { readonly url: string };
}

export const MANIFEST = new URL('../package.json', import.meta.url);

/** The URL of the repository in `package.json`; undefined if there is none. */
export function repositoryUrl(): string | undefined {
  return (JSON.parse(readFileSync(MANIFEST, 'utf8')) as Partial<RepositoryFields>).repository?.url;
}

/** The URL of the repository's page, from the URL in a browser, the one to clone, or the one in `package.json`. */
export function pageOf(url: string): string {
  return url.replace(/^git\+/, '').replace(/(?:\.git)?\/?$/, '');
}

/** Derives the members from a URL of the repository. */
export function repositoryFields(url: string): RepositoryFields {
  const page = pageOf(url);
  return {
    repository: { type: 'git', url: `git+${page}.git` },
    homepage: `${page}#readme`,
    bugs: { url: `${page}/issues` },
  };
}
