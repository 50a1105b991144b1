import { defineConfig } from "vite";

// `build` makes what the server gives to applications of others, `/elements.js` and `/embed.html`; `serve` shows the gallery.
export default defineConfig({
  root: import.meta.dirname,
  server: { open: "/gallery.html" },
  build: {
    // Beside the pages of the app, which the server embeds.
    outDir: "../../dist",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    // Not `lib`, which leaves spaces and names as they are.
    rolldownOptions: {
      input: { elements: "src/index.ts", embed: "src/embed.ts" },
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "[name].js", chunkFileNames: "assets/[name]-[hash].js" },
    },
  },
});
