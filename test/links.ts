import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The links of a Markdown page that lead nowhere: to a file that is not below the root, or to a heading that its page
 * does not have. Links to other sites are not followed.
 *
 * @param root the folder that the page is published with
 * @param page its path from there
 */
export function brokenLinks(root: string, page: string): string[] {
  return linksOf(readFileSync(join(root, page), 'utf8')).filter((link) => {
    const [path, anchor] = link.split('#') as [path: string, anchor?: string];
    const target = path === '' ? page : join(dirname(page), path);
    if (target.startsWith('..') || !existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(join(root, target), 'utf8')).includes(anchor);
  });
}

function linksOf(page: string): string[] {
  const inMarkdown = [...withoutCode(page).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)/gm)];
  const inHtml = [...withoutCode(page).matchAll(/<\w[^>]* (?:href|src)="([^"]+)"/g)];
  return [...inMarkdown, ...inHtml]
    .map(([, inline, reference]) => inline ?? reference!)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors that GitHub derives from the headings of a page, and the page's own. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  const headings = [...withoutCode(page, /^```.*?^```$/gms).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
    const anchor = heading!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return [...headings, ...[...page.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!)];
}

function withoutCode(page: string, code = /^```.*?^```$|`[^`\n]+`/gms): string {
  return page.replaceAll(code, '');
}
