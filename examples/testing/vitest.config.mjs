export default {
  test: {
    include: ['*.vitest.mjs'],
    // Makes each test a scope, and adds the matchers to `expect()`.
    setupFiles: ['otel-span-cache/testing/vitest'],
    // Node loads the telemetry first, so that modules loaded later are instrumented.
    execArgv: ['--import', new URL('telemetry.mjs', import.meta.url).href],
    // Node loads the service as well: Vite would import packages by path, which import hooks do not match.
    server: { deps: { external: [/\/service\//] } },
    // PostgreSQL is slow to start.
    hookTimeout: 60_000,
  },
};
