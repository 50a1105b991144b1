import { defineConfig } from "vite";

// `build` makes the script that the server gives to pages of others, `/elements.js`; `serve` shows the gallery.
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  server: { open: "/gallery.html" },
  build: {
    // Beside the pages of the app, which the server embeds.
    outDir: "../../dist",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    // Not `lib`, which leaves spaces and names as they are.
    rolldownOptions: {
      input: { elements: "src/index.ts" },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js" },
    },
  },
});
