import { expect } from 'chai';
import { HostNames, isHostName, isLoopback } from '../../src/access/host-names.js';

describe('HostNames', () => {
  it('allows the names of loopback with any port, in any case', () => {
    const names = new HostNames();

    for (const host of ['localhost', 'LocalHost:80', '127.0.0.1:4380', '[::1]', '[::1]:1']) {
      expect(names.allows(host), host).to.equal(true);
    }
  });

  it('allows no other way to write them, and no other name', () => {
    const names = new HostNames(['shop.internal']);
    const others = [
      undefined,
      '',
      'localhost.',
      'localhost:',
      'localhost:x',
      'localhost:123456',
      'localhost@evil.example',
      'evil.example#localhost',
      'evil.localhost',
      'localhost.evil.example',
      'localhost evil',
      'localhost,evil.example',
      '127.1',
      '127.0.0.1.',
      '127.0.0.2',
      '0.0.0.0',
      '2130706433',
      '0x7f000001',
      '::1',
      '[::1%25lo]',
      '[::1]evil',
      '[0:0:0:0:0:0:0:1]',
      '[::ffff:127.0.0.1]',
      'shop.internal.',
      'x.shop.internal',
    ];

    for (const host of others) expect(names.allows(host), String(host)).to.equal(false);
    expect(names.allows('SHOP.internal:1')).to.equal(true);
  });
});

describe('isHostName()', () => {
  it('is about names without a port, and nothing that a pattern or an address has', () => {
    expect(['shop', 'a.b-c_d', '10.0.0.7', '[fd00::1]'].map(isHostName)).to.not.include(false);
    expect(['', 'shop:80', '*', 'http://x', '[x]', 'a b', 'a/b'].map(isHostName)).to.not.include(true);
  });
});

describe('isLoopback()', () => {
  it('recognises loopback addresses', () => {
    const loopback = [undefined, '127.0.0.1', '127.0.0.2', '::1', '[::1]', 'localhost', 'LOCALHOST'];
    const others = ['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '127.0.0.1.example'];

    expect(loopback.map(isLoopback)).to.not.include(false);
    expect(others.map(isLoopback)).to.not.include(true);
  });
});
