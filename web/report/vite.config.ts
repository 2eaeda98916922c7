import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// Every report is a copy of uPlot, so every report tells its licence.
const licence = `/*! Contains uPlot.\n\n${readFileSync("node_modules/uplot/LICENSE", "utf8").trim()}\n*/`;

// One script that runs as it is, and one style sheet: the program carries both and writes them into every report.
export default defineConfig({
  build: {
    outDir: "../../crates/trafficinator/assets",
    emptyOutDir: false,
    target: "es2022",
    sourcemap: false,
    lib: {
      entry: "src/main.ts",
      formats: ["iife"],
      name: "report",
      fileName: () => "report.js",
      cssFileName: "report",
    },
    rolldownOptions: { output: { postBanner: licence } },
  },
});
