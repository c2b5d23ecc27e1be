import { expect } from 'chai';
import { htmlOf } from '../../../page/files/save-html.js';
import { spanRow, traceRow } from '../../model/rows.js';
import { checkout, savedTrace } from './traces.js';

describe('htmlOf()', () => {
  it('escapes the texts of others, and shows characters that are hidden', () => {
    const text = '"><img src=x onerror=alert(1)>\u202e\u0007';
    const row = spanRow({ name: text, scope: text, attributes: { [text]: text }, status: 2, statusMessage: text });

    const html = htmlOf(savedTrace(traceRow([row])), 'abc');

    expect(html).to.not.include('<img');
    expect(html).to.include('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\\u202e\\x07');
    for (const hidden of ['\u202e', '\u0007']) expect(html).to.not.include(hidden);
  });

  it('has a policy that lets nothing be loaded or run but its own style', () => {
    const html = htmlOf(checkout(), 'abc');

    expect(html).to.include(`content="default-src 'none'; style-src 'nonce-abc'; base-uri 'none'; form-action 'none'"`);
    expect(html).to.not.match(/<script|style="/);
  });

  it('has every span with its attributes and log lines', () => {
    const html = htmlOf(checkout(), 'abc');

    expect(html.match(/<details>/g)).to.have.length(6);
    for (const text of ['job: mail', 'stock reserved', 'SELECT &quot;a&quot; FROM b', 'card declined', '5 ', 'at pay'])
      expect(html).to.include(text);
  });

  it('has the first 10,000 spans, and says how many it lacks', () => {
    const [span] = checkout().spans;
    const html = htmlOf({ ...checkout(), spans: Array.from({ length: 10_001 }, () => span!) }, 'abc');

    expect(html.match(/<details>/g)).to.have.length(10_000);
    expect(html).to.include('The first 10,000 spans are here; 1 are left out.');
  });
});
