export default {
  testMatch: ['**/*.jest.mjs'],
  // `expect` gets the matchers.
  setupFilesAfterEnv: ['otel-span-cache/testing/jest'],
  // The modules are run as they are; node needs --experimental-vm-modules for that.
  transform: {},
  testTimeout: 60_000,
};
