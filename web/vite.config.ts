import { brotliCompressSync, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const server = "http://127.0.0.1:8080";

/** Compressed copies beside each asset: the server picks them by name, a slow line loads a third of the bytes. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const item of Object.values(bundle)) {
          if (!/\.(?:js|css)$/u.test(item.fileName)) continue;
          const source = Buffer.from(item.type === "chunk" ? item.code : item.source);
          this.emitFile({ type: "asset", fileName: `${item.fileName}.gz`, source: gzipSync(source, { level: 9 }) });
          this.emitFile({ type: "asset", fileName: `${item.fileName}.br`, source: brotliCompressSync(source) });
        }
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
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
