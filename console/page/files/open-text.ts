import { counted, grouped } from '../../src/text/units.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { isChrome, readChrome } from './open-chrome.js';
import { isJaeger, readJaeger } from './open-jaeger.js';
import { isOtlp, readOtlp } from './open-otlp.js';
import { MOST_SPANS, OpenedSpans } from './opened-spans.js';

/** A file is too large, or in none of the known formats. The message is one sentence. */
export class WrongFile extends Error {}

export interface OpenedFile {
  readonly name: string;
  readonly format: 'OTLP JSON' | 'Jaeger JSON' | 'Chrome trace JSON';
  /** Newest first. */
  readonly traces: readonly TraceRow[];
  readonly spans: number;
  /** The numbers of spans and log lines left out, in words. */
  readonly notes: readonly string[];
}

const MEGABYTE = 1_000_000;
const MOST_BYTES = 50 * MEGABYTE;

const EXPECTED =
  'must be OTLP JSON (one object, or one object per line), Jaeger JSON or Chrome trace JSON with spans in it';

/** @throws {WrongFile} */
export function checkSize(name: string, bytes: number): void {
  if (bytes > MOST_BYTES)
    throw new WrongFile(
      `${name} must have at most ${MOST_BYTES / MEGABYTE} MB, got ${Math.ceil(bytes / MEGABYTE)} MB: save fewer traces.`,
    );
}

/**
 * The traces in the text of a file.
 *
 * @throws {WrongFile}
 */
export function openText(name: string, text: string): OpenedFile {
  const spans = new OpenedSpans();
  const format = readInto(spans, parsed(name, text));
  const traces = spans.traces();
  if (format === undefined || traces.length === 0) throw new WrongFile(`${name} ${EXPECTED}.`);
  return { name, format, traces, spans: spans.found - spans.leftOut - spans.unreadable, notes: notesOf(spans) };
}

function readInto(spans: OpenedSpans, documents: readonly unknown[]): OpenedFile['format'] | undefined {
  const [first] = documents;
  if (documents.some(isOtlp)) {
    readOtlp(documents, spans);
    return 'OTLP JSON';
  }
  if (isJaeger(first)) {
    readJaeger(first, spans);
    return 'Jaeger JSON';
  }
  if (isChrome(first)) {
    readChrome(first, spans);
    return 'Chrome trace JSON';
  }
  return undefined;
}

function notesOf({ leftOut, unreadable, loose }: OpenedSpans): string[] {
  return [
    ...(leftOut > 0 ? [`${counted(leftOut, 'span')} left out: at most ${grouped(MOST_SPANS)} are opened`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'span')} left out: an id or a time cannot be read`] : []),
    ...(loose > 0 ? [`${counted(loose, 'log line')} left out: their spans are not in the file`] : []),
  ];
}

/** The JSON documents of a text: one, or one per line. */
function parsed(name: string, text: string): unknown[] {
  const whole = text.replace(/^\uFEFF/, '').trim();
  const documents = [() => [jsonOf(whole)], () => linesOf(whole), () => [unended(whole)]];
  for (const read of documents) {
    try {
      return read();
    } catch {
      // Not in this format: the next one is tried.
    }
  }
  throw new WrongFile(`${name} ${EXPECTED}; it is not JSON.`);
}

function jsonOf(text: string): unknown {
  return JSON.parse(text) as unknown;
}

function linesOf(text: string): unknown[] {
  if (text === '') throw new SyntaxError('no text');
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [jsonOf(line)]));
}

/** A list of trace events may lack its closing bracket, because it is written while the program runs. */
function unended(text: string): unknown {
  if (!text.startsWith('[')) throw new SyntaxError('no list');
  return jsonOf(`${text.replace(/,$/, '')}]`);
}
