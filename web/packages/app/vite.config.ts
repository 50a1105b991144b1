import { defineConfig } from "vite";
import { lean } from "../../lean.ts";

export default defineConfig({
  root: import.meta.dirname,
  plugins: lean(),
  build: {
    // The server embeds this folder.
    outDir: "../../dist",
    emptyOutDir: true,
    target: "es2022",
    // `light-dark()` stays as it is: tokens.css has its own answer for browsers that do not know it.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The content security policy allows files of our own, and neither inline scripts nor `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs is one file, not twenty: each takes a slow phone a round trip of its own.
        codeSplitting: {
          groups: [
            { name: "common", test: /node_modules\/(lit|@lit|lit-[a-z]+)\// },
            { name: "common", test: /app\/(i18n|src\/(frame|parts\/(?!arrange)|(?!live|ringing|calendar)[\w-]+\.ts))/ },
            { name: "common", test: /client\/src\/(api|cell|clinic|problem)\.ts/ },
            // The words of the elements come with them: a call should not wait for one file more.
            { name: "elements", test: /elements\/(i18n|src\/(words|element|times)\.ts)/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:3000", "/socket.io": { target: "http://127.0.0.1:3000", ws: true } },
  },
});
