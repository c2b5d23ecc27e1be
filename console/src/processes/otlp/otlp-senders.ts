import type { ReadableSpan } from 'otel-span-cache';
import type { SeenProcess } from '../../model/span-row.js';

type Resource = ReadableSpan['resource'];

/** Maximum number of senders. Spans and log records of further ones are rejected. */
export const MAX_SENDERS = 256;

/** Silence after which a sender counts as ended, in milliseconds. */
const SILENT_MILLIS = 300_000;

/** Resource attributes that distinguish the processes of one service. */
const IDENTITY = [
  'service.namespace',
  'service.name',
  'service.instance.id',
  'host.name',
  'container.id',
  'k8s.pod.uid',
  'process.pid',
] as const;

/** A process that sends OTLP. */
export interface OtlpSender {
  readonly process: SeenProcess;
  /** Time of its first request. */
  readonly since: number;
  /** Whether it has sent log records of spans. */
  sendsLogs: boolean;
}

export interface SenderTarget {
  add(process: Omit<SeenProcess, 'id'>): SeenProcess;
  end(process: SeenProcess): void;
}

interface Known extends OtlpSender {
  seenAt: number;
}

/** The processes that send OTLP, distinguished by their resources. Times are passed in. */
export class OtlpSenders {
  readonly #target: SenderTarget;
  readonly #byKey = new Map<string, Known>();

  constructor(target: SenderTarget) {
    this.#target = target;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The sender with this resource; undefined if there are 256 others. */
  of(resource: Resource, now: number): OtlpSender | undefined {
    const { attributes } = resource;
    const key = JSON.stringify(IDENTITY.map((name) => String(attributes[name] ?? '')));
    const known = this.#byKey.get(key) ?? this.#add(key, attributes, now);
    if (known !== undefined) known.seenAt = now;
    return known;
  }

  sweep(now: number): void {
    for (const [key, { process, seenAt }] of this.#byKey) {
      if (now - seenAt <= SILENT_MILLIS) continue;
      this.#byKey.delete(key);
      this.#target.end(process);
    }
  }

  #add(key: string, attributes: Resource['attributes'], now: number): Known | undefined {
    if (this.#byKey.size >= MAX_SENDERS) return undefined;
    const { 'service.name': service, 'process.pid': pid } = attributes;
    const process = this.#target.add({
      origin: 'otlp',
      service: typeof service === 'string' && service !== '' ? service : 'unknown_service',
      pid: typeof pid === 'number' ? pid : undefined,
      resource: attributes,
    });
    const known = { process, since: now, sendsLogs: false, seenAt: now };
    this.#byKey.set(key, known);
    return known;
  }
}
