import { expect } from 'chai';
import { SecretKeys } from '../../src/host/secret-keys.js';

describe('SecretKeys', () => {
  for (const key of [
    'authorization',
    'Authorization',
    'proxy-authorization',
    'http.request.header.authorization',
    'http.request.header.set-cookie',
    'http.response.header.set_cookie',
    'cookie',
    'cookies',
    'password',
    'db.password',
    'userPassword',
    'dbpassword',
    'passwd',
    'client_secret',
    'clientSecret',
    'secrets',
    'token',
    'accessToken',
    'access_token',
    'ACCESS_TOKEN',
    'accesstoken',
    'x-auth-token',
    'api_key',
    'api-key',
    'apiKey',
    'APIKEY',
    'x-api-key',
    'X-API-KEY',
    'aws.secret.access_key',
    'private_key',
    'credentials',
    'token_id',
  ]) {
    it(`has ${key}`, () => {
      expect(new SecretKeys().has(key)).to.equal(true);
    });
  }

  for (const key of [
    'http.route',
    'db.system.name',
    'gen_ai.usage.input_tokens',
    'gen_ai.token.type',
    'llm.token_count.prompt',
    'author',
    'key',
    'monkey',
    'secretary',
    'api',
    'keyboard',
    'tokenizer',
    'db.redis.key',
    '',
    '__proto__',
  ]) {
    it(`does not have ${JSON.stringify(key)}`, () => {
      expect(new SecretKeys().has(key)).to.equal(false);
    });
  }

  it('contains keys that match a further pattern, on every call', () => {
    const keys = new SecretKeys([/iban/gi]);

    const long = `${'x'.repeat(300)}.iban`;
    expect([keys.has('customer.IBAN'), keys.has('iban'), keys.has(long), keys.has(long)]).to.deep.equal(
      Array(4).fill(true),
    );
    expect(keys.has('customer.name')).to.equal(false);
  });

  it('judges as before after more keys than it remembers', () => {
    const keys = new SecretKeys();

    for (let index = 0; index < 10_000; index++) keys.has(`key${index}`);

    expect([keys.has('token'), keys.has('key1')]).to.deep.equal([true, false]);
  });
});
