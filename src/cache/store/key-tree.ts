/** Maximum number of nodes. At the bound the tree is cleared, because generated keys may never occur again. */
const MAX_NODES = 4_096;

/** Key lists with a longer key are not memoized: such a key rarely repeats, and would be kept alive here. */
const MAX_KEY_LENGTH = 256;

/**
 * Memoizes a value derived from the list of an object's keys.
 *
 * ```text
 *   root ── http.request.method ── http.route            ▶ value for [method, route]
 *        │                                  └─ status    ▶ value for [method, route, status]
 *        └─ db.system                                    ▶ value for [system]
 * ```
 *
 * Objects created by the same code have the same keys in the same order. So the keys are first compared with the keys of
 * the previous object, without allocating a list. Failing that, the tree is walked, trying at each node the child that
 * was taken last.
 */
export class KeyTree<T> {
  readonly #derive: (keys: readonly string[]) => T;
  #root = new Node<T>();
  #nodes = 0;
  #recent: Derived<T> | undefined;

  constructor(derive: (keys: readonly string[]) => T) {
    this.#derive = derive;
  }

  /**
   * The value for the own enumerable keys of an object. If the previous object had keys of its own that this one
   * inherits, these are mistaken for own keys.
   */
  of(object: object): T {
    if (this.#recent === undefined || !hasKeys(object, this.#recent.keys)) {
      this.#recent = this.#lookUp(Object.keys(object));
    }
    return this.#recent.value;
  }

  #lookUp(keys: readonly string[]): Derived<T> {
    if (keys.some(({ length }) => length > MAX_KEY_LENGTH)) return { keys, value: this.#derive(keys) };
    let node = this.#root;
    for (const key of keys) node = node.recentKey === key ? node.recentChild! : this.#child(node, key);
    return (node.derived ??= { keys, value: this.#derive(keys) });
  }

  #child(parent: Node<T>, key: string): Node<T> {
    let child = parent.children.get(key);
    if (child === undefined) {
      if (this.#nodes++ >= MAX_NODES) this.#restart();
      child = new Node();
      parent.children.set(key, child);
    }
    parent.recentKey = key;
    parent.recentChild = child;
    return child;
  }

  #restart(): void {
    this.#root = new Node();
    this.#nodes = 0;
  }
}

/** Whether an object has exactly these enumerable keys, in this order. Inherited keys count too. */
function hasKeys(object: object, keys: readonly string[]): boolean {
  let i = 0;
  for (const key in object) if (key !== keys[i++]) return false;
  return i === keys.length;
}

interface Derived<T> {
  readonly keys: readonly string[];
  readonly value: T;
}

class Node<T> {
  recentKey: string | undefined = undefined;
  recentChild: Node<T> | undefined = undefined;
  derived: Derived<T> | undefined = undefined;
  readonly children = new Map<string, Node<T>>();
}
