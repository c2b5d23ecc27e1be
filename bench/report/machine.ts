import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** Hardware, system and SDK behind the results. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly system: string;
  /** Versions of the SDK's packages. */
  readonly sdk: Readonly<Record<string, string>>;
}

const SDK = ['sdk-trace-base', 'sdk-logs'];

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    system: type(),
    sdk: Object.fromEntries(SDK.map((name) => [name, versionOf(`@opentelemetry/${name}`)])),
  };
}

function versionOf(name: string): string {
  const main = createRequire(import.meta.url).resolve(name);
  const folder = main.slice(0, main.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
