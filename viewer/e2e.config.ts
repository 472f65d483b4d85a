import { defineConfig } from "vitest/config";

// The pages in a real browser, two files at a time, each with a server of its own: with three, browsers that draw take the time from one another.
// `script/test` builds them first.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts", "tour/e2e/**/*.test.ts"],
    // What is waited for comes soon, but not within a second where two builds share the machine.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 600_000,
    hookTimeout: 300_000,
    pool: "forks",
    maxWorkers: 2,
    retry: 0,
  },
});
