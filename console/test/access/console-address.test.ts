import { expect } from 'chai';
import { isSameAddress, parseAddress } from '../../src/access/console-address.js';

const TOKEN = 'kZ3vT-9_QmYw2bXnHc7LpRfJ';

describe('parseAddress()', () => {
  it('completes an address', () => {
    expect(parseAddress('localhost:4380')).to.deep.equal({ url: 'http://localhost:4380/', token: undefined });
    expect(parseAddress('https://[::1]:4380/')).to.deep.equal({ url: 'https://[::1]:4380/', token: undefined });
  });

  it('takes the token behind # out of the address that the console writes', () => {
    for (const given of [
      `http://127.0.0.1:4380/#${TOKEN}`,
      `http://127.0.0.1:4380#${TOKEN}`,
      `127.0.0.1:4380/#${TOKEN}`,
    ]) {
      expect(parseAddress(given), given).to.deep.equal({ url: 'http://127.0.0.1:4380/', token: TOKEN });
    }
    expect(parseAddress('http://127.0.0.1:4380/#')).to.deep.equal({ url: 'http://127.0.0.1:4380/', token: undefined });
  });

  it('accepts no path, query, user, or place in the page', () => {
    for (const given of [
      'http://h/traces',
      'http://h/?token=x',
      'http://user@h/',
      'http://h/#/traces',
      'http://',
      ' ',
    ]) {
      expect(parseAddress(given), given).to.equal(undefined);
    }
  });
});

describe('isSameAddress()', () => {
  it('treats the three names of loopback as one', () => {
    const names = ['http://127.0.0.1:4380/', 'http://localhost:4380', 'http://LOCALHOST:4380/', 'http://[::1]:4380/'];

    for (const one of names)
      for (const other of names) expect(isSameAddress(one, other), `${one} ${other}`).to.equal(true);
  });

  it('treats other ports, schemes and hosts as different', () => {
    const others = ['http://localhost:4381/', 'https://localhost:4380/', 'http://127.0.0.2:4380/', 'http://h:4380/'];

    for (const other of others) expect(isSameAddress('http://127.0.0.1:4380/', other), other).to.equal(false);
  });
});
