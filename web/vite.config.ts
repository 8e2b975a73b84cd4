import { existsSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/**
 * Three pages: the staff's application (index.html), the customer's chat (chat.html) and call (call.html). The snippet
 * for other people's pages, widget.js, is one plain script and has its own configuration.
 */
const pages = ["index.html", "chat.html", "call.html"].filter((page) => existsSync(new URL(page, import.meta.url)));

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../jietong/web/static",
    emptyOutDir: true,
    target: "es2022",
    rolldownOptions: { input: pages },
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8080",
      "/ws": { target: "ws://127.0.0.1:8080", ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
  },
});
