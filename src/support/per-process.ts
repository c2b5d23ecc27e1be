/**
 * A value that exists once per thread, however often this package is loaded: the ES module and the CommonJS build,
 * and two installed copies, share it. It is kept on `globalThis`, as the OpenTelemetry API's providers are.
 *
 * @param name ends in a number to be raised whenever the value's shape changes, so that copies of two versions never
 *   read each other's shapes
 * @param create called by the first copy that asks
 */
export function perProcess<T>(name: string, create: () => T): T {
  const holder = globalThis as { [key: symbol]: unknown };
  return (holder[Symbol.for(`otel-span-cache/${name}`)] ??= create()) as T;
}
