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

  it("chooses all attributes for 'all', in the given order", () => {
    expect(keysOf('a', mixed, 'all')).to.deep.equal(Object.keys(mixed));
  });

  it("chooses no attributes for 'none'", () => {
    expect(keysOf('a', mixed, 'none')).to.deep.equal([]);
  });

  it('calls a function for each key, with the span', () => {
    const choice: AttributeChoice = (key, span) => span.name === 'a' && key.startsWith('o');

    expect(keysOf('a', mixed, choice)).to.deep.equal(['orderId', 'order.total']);
  });

  describe("for 'telling'", () => {
    it("chooses the conventional attributes worth showing, then all of the application's own", () => {
      expect(keysOf('a', mixed)).to.deep.equal(['http.response.status_code', 'orderId', 'order.total']);
    });

    it("treats a key without a namespace as the application's own, even if it is named like a namespace", () => {
      expect(keysOf('a', { code: 'x', 'code.function.name': 'f' })).to.deep.equal(['code']);
    });

    it('shows the thread, by its name if it has one', () => {
      expect(keysOf('a', { 'thread.id': 3 })).to.deep.equal(['thread.id']);
      expect(keysOf('a', { 'thread.id': 3, 'thread.name': 'resizer' })).to.deep.equal(['thread.name']);
    });

    it('recognises the earlier names of attributes', () => {
      const attributes = { 'http.method': 'GET', 'http.status_code': 200, 'db.statement': 'SELECT 1' };

      expect(keysOf('a', attributes)).to.deep.equal(Object.keys(attributes));
    });

    it('chooses the new name if an instrumentation writes both the old and the new one', () => {
      const attributes = { 'http.status_code': 200, 'http.response.status_code': 200 };

      expect(keysOf('a', attributes)).to.deep.equal(['http.response.status_code']);
    });

    it('chooses the route of a server, the address of a client, or the path if neither is present', () => {
      expect(keysOf('a', { 'url.path': '/orders/1', 'http.route': '/orders/:id' })).to.deep.equal(['http.route']);
      expect(keysOf('a', { 'url.path': '/orders/1', 'url.full': 'http://b/orders/1' })).to.deep.equal(['url.full']);
      expect(keysOf('a', { 'url.path': '/orders/1' })).to.deep.equal(['url.path']);
    });

    it('omits attributes that the span is named after', () => {
      expect(keysOf('POST /a', { 'http.request.method': 'POST', 'http.route': '/a' })).to.deep.equal([]);
      expect(keysOf('shop.Cart/Add', { 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' })).to.deep.equal([]);
      expect(keysOf('SELECT shop.items', { 'db.collection.name': 'items' })).to.deep.equal([]);
      expect(keysOf('pg.query:BEGIN shop', { 'db.query.text': 'BEGIN' })).to.deep.equal([]);
      expect(keysOf('publish created', { 'messaging.destination.name': 'created' })).to.deep.equal([]);
    });

    it('keeps attributes of which the name contains only a part', () => {
      expect(keysOf('POST /ab', { 'http.route': '/a' })).to.deep.equal(['http.route']);
    });

    it("keeps the application's own attributes, even if the span's name contains them", () => {
      expect(keysOf('order 17', { orderId: 17 })).to.deep.equal(['orderId']);
    });

    it('omits an error type that repeats the status code', () => {
      const attributes = { 'error.type': '503', 'http.response.status_code': 503 };

      expect(keysOf('a', attributes)).to.deep.equal(['http.response.status_code']);
    });
  });
});
