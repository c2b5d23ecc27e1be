/*
 * Attributes whose values change from run to run although the code does not, by their keys in current and earlier
 * versions of OpenTelemetry's semantic conventions.
 */

const PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ...each(
    '<port>',
    'client.port net.host.port net.peer.port net.sock.host.port net.sock.peer.port network.local.port ' +
      'network.peer.port server.port source.port destination.port',
  ),
  ...each(
    '<address>',
    'client.address http.client_ip net.host.ip net.peer.ip net.sock.host.addr net.sock.peer.addr ' +
      'network.local.address network.peer.address',
  ),
  ...each(
    '<id>',
    'aws.request_id aws.extended_request_id browser.id container.id faas.execution faas.instance ' +
      'faas.invocation_id gen_ai.conversation.id gen_ai.response.id host.id messaging.client.id messaging.client_id ' +
      'messaging.consumer.id messaging.conversation_id messaging.message.conversation_id messaging.message.id ' +
      'messaging.message_id process.parent_pid process.pid rpc.jsonrpc.request_id service.instance.id session.id ' +
      'session.previous_id thread.id worker.id',
  ),
  ...each('<offset>', 'messaging.kafka.message.offset messaging.kafka.offset'),
  ...each('<name>', 'host.name thread.name'),
  ...each('<user agent>', 'http.user_agent user_agent.original user_agent.version'),
  ...each('<line>', 'code.column code.column.number code.line.number code.lineno'),
  ...each('<path>', 'code.file.path code.filepath'),
  ...each('<stack>', 'code.stacktrace exception.stacktrace'),
]);

/** Headers that contain an id or a time. */
const VOLATILE_HEADER =
  /^http\.(?:request|response)\.header\.(?:traceparent|tracestate|baggage|b3|x-b3-.*|.*request[-_]id|.*correlation[-_]id|date|age|etag|host|set-cookie|cookie)$/;

/** Application-defined keys of durations. */
const DURATION = /(?:^|[._-])(?:duration|elapsed|latency)(?:[._-]?(?:ns|us|ms|s|nanos|micros|millis|seconds))?$/i;

/** A port of this machine, in an address or in the message of an error. */
const LOCAL_PORT = /(\blocalhost|\b127\.0\.0\.1|\b0\.0\.0\.0|\[?::1\]?|\[::\]):\d{1,5}\b/g;

/** Returns a placeholder for a value that changes from run to run, and any other value unchanged. */
export function stableValue(key: string, value: unknown): unknown {
  const placeholder = PLACEHOLDERS.get(key);
  if (placeholder !== undefined) return placeholder;
  if (VOLATILE_HEADER.test(key)) return '<header>';
  if (typeof value === 'number' && DURATION.test(key)) return '<duration>';
  return value;
}

export function stableText(text: string): string {
  return text.replaceAll(LOCAL_PORT, '$1:<port>');
}

function each(placeholder: string, keys: string): [key: string, placeholder: string][] {
  return keys.split(' ').map((key) => [key, placeholder]);
}
