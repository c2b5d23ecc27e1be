/** Lists known at a time. Past that the tree starts anew: keys may be made of values, and never come again. */
const MAX_NODES = 4_096;

/** A list with a longer key is not remembered: the key hardly comes again, and its object may be large for a reason. */
const MAX_KEY_LENGTH = 256;

/**
 * What follows from the keys of an object, worked out once for each list of keys.
 *
 * ```text
 *   root ── http.request.method ── http.route            ▶ what follows from [method, route]
 *        │                                  └─ status    ▶ what follows from [method, route, status]
 *        └─ db.system                                    ▶ what follows from [system]
 * ```
 *
 * Objects made by one piece of code have the same keys in the same order. So the keys are first compared with those
 * of the last object, without a list of them being made; then, in the tree, each with the one that came at this
 * place the last time.
 */
export class KeyTree<T> {
  readonly #derive: (keys: readonly string[]) => T;
  #root = new Node<T>();
  #nodes = 0;
  #recent: Derived<T> | undefined;

  constructor(derive: (keys: readonly string[]) => T) {
    this.#derive = derive;
  }

  /** What follows from the own keys of an object. Inherited ones may be taken for own if another object has them. */
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

/** Whether these are the enumerable keys of an object, in this order. */
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
