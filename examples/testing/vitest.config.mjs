export default {
  test: {
    include: ['*.vitest.mjs'],
    // Each test is a scope, and `expect` has the matchers.
    setupFiles: ['otel-span-cache/testing/vitest'],
    // Before anything else, by node itself: what is loaded later is instrumented.
    execArgv: ['--import', new URL('telemetry.mjs', import.meta.url).href],
    // Node loads the service, too: what vite loads asks for packages by their paths, which import hooks do not know.
    server: { deps: { external: [/\/service\//] } },
    // PostgreSQL takes a while to start.
    hookTimeout: 60_000,
  },
};
