import { existsSync } from "node:fs";
import { defineConfig } from "vite";

/** `widget.js`: one self-contained script that puts the chat on somebody else's page. */
const entry = new URL("src/widget/launcher.ts", import.meta.url);

export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../jietong/web/static",
    emptyOutDir: false,
    target: "es2020",
    ...(existsSync(entry)
      ? { lib: { entry: entry.pathname, formats: ["iife"], name: "jietong", fileName: () => "widget.js" } }
      : { rolldownOptions: { input: [] } }),
  },
});
