/** Refusal of a request before it reaches a route. */
export interface Refusal {
  readonly status: number;
  /** One sentence that names the expectation. */
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}
