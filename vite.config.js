// Builds frontend/ into build/static: hashed names under assets/, and manifest.json, which hrpark/web/jinja.py reads.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const require = createRequire(import.meta.url);

/** One SVG sprite of the icons that frontend/icons.json names, drawn by Tabler Icons. */
function icons() {
  return {
    name: "icons",
    generateBundle() {
      const names = JSON.parse(readFileSync("frontend/icons.json", "utf8"));
      const symbols = names.map((name) => {
        const svg = readFileSync(require.resolve(`@tabler/icons/outline/${name}.svg`), "utf8");
        const shapes = svg
          .slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"))
          .replace(/<path stroke="none"[^>]*>/, "")
          .replace(/>\s+</g, "><")
          .trim();
        return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
      });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "frontend/icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
      });
    },
  };
}

/** Each asset also compressed beside itself, as WhiteNoise hands it out. */
function compressed() {
  return {
    name: "compressed",
    closeBundle() {
      const folder = "build/static/assets";
      for (const name of readdirSync(folder)) {
        const bytes = readFileSync(join(folder, name));
        if (bytes.length < 1024) continue;
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [icons(), compressed()],
  css: {
    preprocessorOptions: {
      scss: { loadPaths: ["node_modules"], quietDeps: true, silenceDeprecations: ["if-function"] },
    },
  },
  build: {
    outDir: "build/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    chunkSizeWarningLimit: 600, // charts, fetched only by pages that draw one
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: ["chrome100", "firefox100", "safari15.4"],
    rolldownOptions: {
      input: { app: "frontend/app.js", style: "frontend/app.scss", brand: "frontend/brand.svg" },
      checks: { eval: false, pluginTimings: false },
    },
  },
});
