/** The memory in use, as it is after everything that can be collected was. Needs `--expose-gc`. */

const { gc } = globalThis;
if (gc === undefined) throw new Error('run this with --expose-gc');

/** Bytes that something still refers to, on the heap and in the buffers outside. */
export async function memoryInUse(): Promise<number> {
  await collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Waits a few turns first, because objects that the current job has read stay alive until it ends. */
async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await new Promise(setImmediate);
    gc!();
  }
}

/** Remembers objects without keeping them. */
export class Witness {
  readonly #seen: WeakRef<object>[] = [];

  see(object: object): void {
    this.#seen.push(new WeakRef(object));
  }

  get count(): number {
    return this.#seen.length;
  }

  /** The objects that are still referenced. */
  async alive(): Promise<number> {
    await collectGarbage();
    return this.#seen.filter((ref) => ref.deref() !== undefined).length;
  }
}
