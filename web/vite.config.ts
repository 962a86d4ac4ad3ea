import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    target: "es2022",
    // The page's policy is script-src 'self': nothing may be inlined as a data: URL script or polyfill.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      "/api": server,
      "/openapi.json": server,
      "/socket.io": { target: server, ws: true },
    },
  },
});
