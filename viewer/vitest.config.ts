import { defineConfig } from "vitest/config";
import { messages } from "./shared/build/messages-plugin.ts";

// One process without walls between the files: they hold no state, and starting cost more than testing.
export default defineConfig({
  plugins: [messages()],
  test: {
    include: ["*/test/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "threads",
    isolate: false,
    fileParallelism: false,
  },
});
