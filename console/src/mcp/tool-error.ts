/** A tool cannot answer. The message is one sentence that states the expectation. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
