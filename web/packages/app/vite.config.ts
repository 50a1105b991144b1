import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    // The server embeds this folder.
    outDir: "../../dist",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows files of our own, and neither inline scripts nor `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:3000", "/socket.io": { target: "http://127.0.0.1:3000", ws: true } },
  },
});
