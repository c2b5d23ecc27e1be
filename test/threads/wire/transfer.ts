import type { PackedBatch } from '../../../src/threads/wire/packed-batch.js';
import { ReceivedTexts } from '../../../src/threads/wire/received-texts.js';
import { SentTexts } from '../../../src/threads/wire/sent-texts.js';
import { WireReader } from '../../../src/threads/wire/wire-reader.js';
import { WireWriter } from '../../../src/threads/wire/wire-writer.js';

/** A batch without items. */
export const EMPTY: PackedBatch = {
  version: 1,
  spans: 0,
  orphans: 0,
  dropped: 0,
  droppedOrphans: 0,
  restart: true,
  known: 0,
  added: [],
  once: [],
  objects: new Uint8Array(),
  items: new Uint8Array(),
};

type Write = (writer: WireWriter) => void;

/** Reads by `read` the output of `write`. */
export function transfer<T>(write: Write, read: (reader: WireReader) => T): T {
  return read(written(write));
}

/** A reader of the output of `write`. */
export function written(write: Write): WireReader {
  const sent = new SentTexts();
  const writer = new WireWriter(sent);
  write(writer);
  const { known, added, once } = sent.take();
  const received = new ReceivedTexts();
  received.add(known, added, once);
  return new WireReader(writer.take(), received);
}

/** The number of bytes that `write` writes. */
export function lengthOf(write: Write): number {
  const writer = new WireWriter(new SentTexts());
  write(writer);
  return writer.length;
}
