import { Component, Fragment, h as create, type ComponentClass, type FunctionComponent } from 'preact';
import { Reader } from './state/signal.js';

/*
 * The elements of the page. A component renders again when a signal that it has read changes.
 */

export { Fragment };

type Props = Record<string, unknown>;

const followers = new WeakMap<FunctionComponent<Props>, ComponentClass<Props>>();

export function h(type: string | FunctionComponent<Props>, ...rest: [props: Props | null, ...children: never[]]) {
  return typeof type === 'string' || type === Fragment ? create(type, ...rest) : create(followerOf(type), ...rest);
}

function followerOf(render: FunctionComponent<Props>): ComponentClass<Props> {
  let follower = followers.get(render);
  if (follower === undefined) followers.set(render, (follower = newFollower(render)));
  return follower;
}

function newFollower(render: FunctionComponent<Props>): ComponentClass<Props> {
  return class extends Component<Props> {
    readonly #signals = new Reader(() => this.forceUpdate());

    override render(props: Props) {
      return this.#signals.read(() => render(props));
    }

    override componentWillUnmount(): void {
      this.#signals.end();
    }
  };
}
