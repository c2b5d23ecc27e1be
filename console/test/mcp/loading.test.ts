import { expect } from 'chai';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/** Packages that are loaded along with a module of the sources, at once or by what it loads. */
async function packagesOf(module: string): Promise<Set<string>> {
  const file = fileURLToPath(new URL(`../../src/${module}`, import.meta.url));
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = Object.keys(metafile.inputs).filter((input) => input.endsWith(`src/${module}`));
  for (let input = waiting.pop(); input !== undefined; input = waiting.pop()) {
    if (seen.has(input)) continue;
    seen.add(input);
    for (const { path, kind, external } of metafile.inputs[input]!.imports) {
      if (kind === 'dynamic-import') continue;
      if (external === true) packages.add(path);
      else waiting.push(path);
    }
  }
  return packages;
}

describe('The package of the protocol', () => {
  it('is not loaded with the console, but at the first request that speaks the protocol', async () => {
    const packages = await packagesOf('mcp/mount.ts');

    expect([...packages].filter((name) => name.startsWith('@modelcontextprotocol'))).to.deep.equal([]);
    expect([...packages]).to.include('zod');
    expect([...(await packagesOf('mcp/server.ts'))]).to.include('@modelcontextprotocol/server');
  });

  it('is not loaded with the command line, but by the command mcp', async () => {
    const packages = await packagesOf('cli/main.ts');

    expect([...packages].filter((name) => name.startsWith('@modelcontextprotocol'))).to.deep.equal([]);
  });
});
