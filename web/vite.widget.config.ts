import { defineConfig } from "vite";

/** `widget.js`: one self-contained script that puts the chat on somebody else's page. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../jietong/web/static",
    emptyOutDir: false,
    target: "es2020",
    lib: {
      entry: new URL("src/widget/launcher.ts", import.meta.url).pathname,
      formats: ["iife"],
      name: "jietong",
      fileName: () => "widget.js",
    },
  },
});
