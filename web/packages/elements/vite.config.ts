import { defineConfig, type Plugin } from "vite";
import { lean } from "../../lean.ts";

// `build` makes what the server gives to applications of others, `/elements.js` and `/embed.html`; `serve` shows the gallery.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [...lean(), withoutPreload()],
  server: { open: "/gallery.html" },
  build: {
    // Beside the pages of the app, which the server embeds.
    outDir: "../../dist",
    emptyOutDir: false,
    target: "es2022",
    // `light-dark()` stays as it is, so that elements follow the page: tokens.css has its own answer for old browsers.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    // With Rolldown's own, below: each finds what the other leaves, a hundredth of the whole.
    minify: "terser",
    terserOptions: { module: true, ecma: 2022, compress: { passes: 3 } },
    // Not `lib`, which leaves spaces and names as they are.
    rolldownOptions: {
      input: { elements: "src/index.ts", embed: "src/embed.ts" },
      preserveEntrySignatures: "allow-extension",
      output: { minify: true, entryFileNames: "[name].js", chunkFileNames: "assets/[name]-[hash].js" },
    },
  },
});

/** What comes later comes without styles and alone, so that there is nothing for Vite to fetch ahead of it. */
function withoutPreload(): Plugin {
  const id = "\0vite/preload-helper.js";
  return {
    name: "without-preload",
    apply: "build",
    enforce: "pre",
    load: (asked) => (asked === id ? "export const __vitePreload = (load) => load();" : undefined),
  };
}
