import { defineConfig } from "vitest/config";

// The pages in a real browser, one file after the other; `script/test` builds them first.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts", "tour/e2e/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    retry: 0,
  },
});
