export default {
  testMatch: ['**/*.jest.mjs'],
  // Adds the matchers to `expect()`.
  setupFilesAfterEnv: ['otel-span-cache/testing/jest'],
  // Runs ES modules unchanged, which requires node's --experimental-vm-modules.
  transform: {},
  testTimeout: 60_000,
};
