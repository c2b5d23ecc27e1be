import { expect } from 'chai';
import { absent, assertLog, assertTrace, exactly } from '../../../src/testing/assert/index.js';
import { logOf, traceOf } from '../captured-spans.js';
import { thrownBy } from './thrown.js';

describe('assertLog', () => {
  const trace = traceOf({ name: 'POST /orders', children: ['charge'] });
  const logs = [
    logOf({ body: 'started' }),
    logOf({ body: 'order received', attributes: { order: { id: 7, tags: ['a', 'b'] } } }, trace.spans[0]),
    logOf({ body: { reason: 'no funds' }, severity: 'WARN', eventName: 'card.declined' }, trace.spans[1]),
  ];
  const run = { spans: trace.spans, traces: [trace], logs };

  it('finds a log by its body, its severity and its attributes, which may nest', () => {
    expect(assertLog(run, { body: /received/, attributes: { order: { id: 7 } } })).to.equal(logs[1]);
    expect(assertLog(run, { severity: 'WARN', body: { reason: 'no funds' } })).to.equal(logs[2]);
    expect(() => assertLog(run, { attributes: { order: exactly<object>({ id: 7 }) } })).to.throw('no log matches');
    expect(() => assertLog(run, { attributes: { order: { tags: ['a'] } } })).to.throw('no log matches');
  });

  describe('by its severity', () => {
    const levels = {
      spans: [],
      logs: [
        logOf({ body: 'pino', severity: 'info', severityNumber: 9 }),
        logOf({ body: 'number', severity: undefined, severityNumber: 14 }),
        logOf({ body: 'empty text', severity: '', severityNumber: 17 }),
        logOf({ body: 'none', severity: undefined, severityNumber: undefined }),
      ],
    };

    it('ignores the case of a text', () => {
      expect(assertLog(levels, { severity: 'INFO' }).body).to.equal('pino');
      expect(assertLog(levels, { severity: 'Info', times: 1 }).body).to.equal('pino');
    });

    it('accepts a severity number', () => {
      expect(assertLog(levels, { severity: 9 }).body).to.equal('pino');
      expect(assertLog(levels, { severity: 14 }).body).to.equal('number');
      expect(thrownBy(() => assertLog(levels, { severity: 13 })).message).to.contain('severity: expected 13, got 9');
    });

    it('uses the name of the number for a record that has only a number', () => {
      expect(assertLog(levels, { severity: 'warn' }).body).to.equal('number');
      expect(assertLog(levels, { severity: /^WARN$/ }).body).to.equal('number');
      expect(assertLog(levels, { severity: 'ERROR' }).body).to.equal('empty text');
      expect(assertLog(levels, { severity: absent }).body).to.equal('none');
    });

    it('also matches the record as an event of its span', () => {
      const span = traceOf({ name: 'a', events: [{ name: 'placed', severity: 'info', severityNumber: 9 }] });

      assertTrace(span, { events: [{ severity: 'INFO' }] });
      assertTrace(span, { events: [{ severity: 9 }] });
      expect(() => assertTrace(span, { events: [{ severity: 17 }] })).to.throw('missing: event');
    });
  });

  it('finds a log by the span it was emitted in', () => {
    expect(assertLog(run, { span: { name: 'charge' } })).to.equal(logs[2]);
    expect(assertLog(run, { span: { children: [{ name: 'charge' }] } })).to.equal(logs[1]);
    expect(assertLog(run, { span: absent })).to.equal(logs[0]);
  });

  it('requires the number given by times', () => {
    assertLog(run, { severity: 'INFO', times: 2 });

    expect(thrownBy(() => assertLog(run, { severity: 'INFO', times: 3 })).message).to.match(
      /^expected 3 logs that match \{severity: INFO\}, got 2/,
    );
  });

  it('fails with the logs, and the differences of the nearest one', () => {
    const error = thrownBy(() =>
      assertLog(run, { body: 'order received', severity: 'ERROR', span: { name: 'charge' } }),
    );

    expect(error.message.trimEnd().split('\n')).to.deep.equal([
      'no log matches {body: "order received", severity: ERROR, span: charge}; ' +
        'nearest is INFO "order received": severity: expected ERROR, got INFO (and 1 more difference)',
      '',
      '  INFO started',
      '✗ INFO "order received"  in POST /orders',
      '     severity: expected ERROR, got INFO',
      '     missing: span charge',
      '  WARN card.declined {reason="no funds"}  in charge',
    ]);
  });

  it('rejects a wrong pattern, and a source without logs', () => {
    expect(() => assertLog(run, { boddy: 'x' } as never)).to.throw(TypeError, "unknown key 'boddy' in pattern");
    expect(() => assertLog(run, { span: { nam: 'x' } } as never)).to.throw(
      TypeError,
      "unknown key 'nam' in pattern.span",
    );
    expect(() => assertLog(trace as never, {})).to.throw(TypeError, 'logs must be a run, or a store');
  });
});
