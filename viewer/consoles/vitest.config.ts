import { defineConfig } from "vitest/config";
import { messages } from "../shared/build/messages-plugin.ts";

export default defineConfig({ plugins: [messages()], test: { include: ["test/**/*.test.ts"] } });
