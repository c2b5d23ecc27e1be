/**
 * A value that exists once per thread: the ES module build, the CommonJS build and several installed copies share it.
 * Stored on `globalThis`, as the OpenTelemetry API's providers are.
 *
 * @param name ends in a version number. Increase it whenever the shape of the value changes, so that copies of
 *   different versions do not share a value
 * @param create called by the first copy
 */
export function perProcess<T>(name: string, create: () => T): T {
  const holder = globalThis as { [key: symbol]: unknown };
  return (holder[Symbol.for(`otel-span-cache/${name}`)] ??= create()) as T;
}
