/** Lists known at a time. Past that the tree starts anew: keys may be made of values, and never come again. */
const MAX_NODES = 4_096;

/**
 * What follows from the keys of an object, worked out once for each list of keys.
 *
 * ```text
 *   root ── http.request.method ── http.route            ▶ what follows from [method, route]
 *        │                                  └─ status    ▶ what follows from [method, route, status]
 *        └─ db.system                                    ▶ what follows from [system]
 * ```
 *
 * Objects made by one piece of code have the same keys in the same order, so a look-up compares each key with the
 * one that came at this place the last time.
 */
export class KeyTree<T> {
  readonly #derive: (keys: readonly string[]) => T;
  #root = new Node<T>();
  #nodes = 0;

  constructor(derive: (keys: readonly string[]) => T) {
    this.#derive = derive;
  }

  get(keys: readonly string[]): T {
    let node = this.#root;
    for (const key of keys) node = node.recentKey === key ? node.recentChild! : this.#child(node, key);
    node.derived ??= { value: this.#derive(keys) };
    return node.derived.value;
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

class Node<T> {
  recentKey: string | undefined = undefined;
  recentChild: Node<T> | undefined = undefined;
  derived: { readonly value: T } | undefined = undefined;
  readonly children = new Map<string, Node<T>>();
}
