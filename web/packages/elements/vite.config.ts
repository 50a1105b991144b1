import { defineConfig } from "vite";

// The gallery, for looking at elements: `npm run gallery`.
export default defineConfig({
  root: import.meta.dirname,
  server: { open: "/gallery.html" },
  build: {
    outDir: "dist/gallery",
    emptyOutDir: true,
    target: "es2022",
    rolldownOptions: { input: "gallery.html" },
  },
});
