import { basename, extname } from 'node:path';

/** Name of the service until its first span arrives: from the SDK's variables, else the name of the program. */
export function serviceName(env: Readonly<Record<string, string | undefined>>, program: string | undefined): string {
  return (
    nonEmpty(env['OTEL_SERVICE_NAME']) ??
    nonEmpty(fromResource(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')) ??
    nonEmpty(program === undefined ? undefined : basename(program, extname(program))) ??
    'unknown_service'
  );
}

/** The `service.name` in a list such as `key=value,key=value`, with percent-encoded values. */
function fromResource(attributes: string): string | undefined {
  for (const pair of attributes.split(',')) {
    const [key, value] = pair.split('=');
    if (key?.trim() !== 'service.name' || value === undefined) continue;
    try {
      return decodeURIComponent(value.trim());
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text?.trim() || undefined;
}
