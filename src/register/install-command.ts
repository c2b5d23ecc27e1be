import { versions } from 'node:process';

const [MAJOR = 0, MINOR = 0] = versions.node.split('.').map(Number);

/** The 3.x line of OpenTelemetry JS needs Node.js 22.15. */
const TAKES_3X = MAJOR > 22 || (MAJOR === 22 && MINOR >= 15);

/** Versions of the last releases of the 2.x line on npm. */
const LINE_2X: Readonly<Record<string, string>> = {
  '@opentelemetry/sdk-node': '0.223',
  '@opentelemetry/auto-instrumentations-node': '0.81',
};

/** The command that installs packages of `line`, by default the newest line that this version of Node.js supports. */
export function installCommand(packages: readonly string[], line: 2 | 3 | undefined = TAKES_3X ? 3 : 2): string {
  const named = packages.map((name) => (line === 2 ? `${name}@${LINE_2X[name]}` : name));
  return `npm install ${named.join(' ')}`;
}
