import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** The operations by their hash, beside the built files: the server admits them in persisted mode `only`, too. */
const operations: Plugin = {
  name: "operations",
  generateBundle() {
    const source = readFileSync("src/gql/persisted-documents.json", "utf8");
    this.emitFile({ type: "asset", fileName: "operations.json", source });
  },
};

export default defineConfig({
  // Relative, so that the page works below a prefix and behind a proxy.
  base: "./",
  plugins: [operations],
  build: {
    outDir: "../lakecast_graphql/static/dashboard",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
  },
});
