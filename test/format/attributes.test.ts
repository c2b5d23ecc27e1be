import { expect } from 'chai';
import type { Attributes } from '@opentelemetry/api';
import { chooseAttributes, type AttributeChoice } from '../../src/format/attributes.js';
import { plainSpan } from '../../src/trace/plain-span.js';
import { Recorder } from './recorder.js';

/** The keys chosen of a span's attributes. */
function keysOf(name: string, attributes: Attributes, choice: AttributeChoice = 'telling'): string[] {
  const recorder = new Recorder();
  recorder.span(name, 1, { attributes });
  const view = plainSpan(recorder.trace().spans[0]!);
  return chooseAttributes(view.attributes, view, choice).map(([key]) => key);
}

describe('chooseAttributes', () => {
  const mixed = { 'code.line.number': 1, orderId: 17, 'http.response.status_code': 200, 'order.total': 5 };

  it("takes everything for 'all', in the order given", () => {
    expect(keysOf('a', mixed, 'all')).to.deep.equal(Object.keys(mixed));
  });

  it("takes nothing for 'none'", () => {
    expect(keysOf('a', mixed, 'none')).to.deep.equal([]);
  });

  it('asks a function about each key, with the span', () => {
    const choice: AttributeChoice = (key, span) => span.name === 'a' && key.startsWith('o');

    expect(keysOf('a', mixed, choice)).to.deep.equal(['orderId', 'order.total']);
  });

  describe("for 'telling'", () => {
    it('takes what the conventions have to tell, then all that is the application\'s own', () => {
      expect(keysOf('a', mixed)).to.deep.equal(['http.response.status_code', 'orderId', 'order.total']);
    });

    it('takes a key without a namespace for the application\'s own, also one named as a namespace', () => {
      expect(keysOf('a', { code: 'x', 'code.function.name': 'f' })).to.deep.equal(['code']);
    });

    it('tells which thread, by its name if it has one', () => {
      expect(keysOf('a', { 'thread.id': 3 })).to.deep.equal(['thread.id']);
      expect(keysOf('a', { 'thread.id': 3, 'thread.name': 'resizer' })).to.deep.equal(['thread.name']);
    });

    it('knows the names of before', () => {
      const attributes = { 'http.method': 'GET', 'http.status_code': 200, 'db.statement': 'SELECT 1' };

      expect(keysOf('a', attributes)).to.deep.equal(Object.keys(attributes));
    });

    it('takes the new name of a pair that an instrumentation writes both of', () => {
      const attributes = { 'http.status_code': 200, 'http.response.status_code': 200 };

      expect(keysOf('a', attributes)).to.deep.equal(['http.response.status_code']);
    });

    it('takes the route of a server, the address of a client, the path where neither is known', () => {
      expect(keysOf('a', { 'url.path': '/orders/1', 'http.route': '/orders/:id' })).to.deep.equal(['http.route']);
      expect(keysOf('a', { 'url.path': '/orders/1', 'url.full': 'http://b/orders/1' })).to.deep.equal(['url.full']);
      expect(keysOf('a', { 'url.path': '/orders/1' })).to.deep.equal(['url.path']);
    });

    it('leaves out what the span is named after', () => {
      expect(keysOf('POST /a', { 'http.request.method': 'POST', 'http.route': '/a' })).to.deep.equal([]);
      expect(keysOf('shop.Cart/Add', { 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' })).to.deep.equal([]);
      expect(keysOf('SELECT shop.items', { 'db.collection.name': 'items' })).to.deep.equal([]);
      expect(keysOf('pg.query:BEGIN shop', { 'db.query.text': 'BEGIN' })).to.deep.equal([]);
      expect(keysOf('publish created', { 'messaging.destination.name': 'created' })).to.deep.equal([]);
    });

    it('keeps what the name only contains a part of', () => {
      expect(keysOf('POST /ab', { 'http.route': '/a' })).to.deep.equal(['http.route']);
    });

    it("keeps the application's own attributes, whatever the name says", () => {
      expect(keysOf('order 17', { orderId: 17 })).to.deep.equal(['orderId']);
    });

    it('leaves out an error type that is the status code again', () => {
      const attributes = { 'error.type': '503', 'http.response.status_code': 503 };

      expect(keysOf('a', attributes)).to.deep.equal(['http.response.status_code']);
    });
  });
});
