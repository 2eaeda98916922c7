// Draws the charts of a report, again where the page changes: its width, its ground, and when it is printed.

import "uplot/dist/uPlot.min.css";
import "./report.css";
import type uPlot from "uplot";
import { draw, type View } from "./chart";
import { read, type Chart } from "./data";

/** Fits a sheet of A4 and a letter alike, in pixels of the style sheet. */
const PAPER = 640;

const data = read();
const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = new Map<string, uPlot>();
const logarithmic = new Set<string>();
let isPrinting = false;

function show(chart: Chart): void {
  const element = document.getElementById(chart.id);
  if (!element) {
    return;
  }
  const width = isPrinting ? PAPER : element.clientWidth;
  if (width === 0) {
    return;
  }
  drawn.get(chart.id)?.destroy();
  const view: View = {
    ground: dark.matches && !isPrinting ? "dark" : "light",
    width,
    scale: logarithmic.has(chart.id) ? "logarithmic" : "linear",
  };
  drawn.set(chart.id, draw(chart, data, view, element));
}

function showAll(): void {
  data.charts.forEach(show);
}

/** A page that is wider than its window is a mistake; tests look here for it. */
function measure(): void {
  const { scrollWidth } = document.documentElement;
  document.documentElement.dataset["overflow"] = String(Math.max(0, scrollWidth - innerWidth));
  document.documentElement.dataset["width"] = String(innerWidth);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-chart]")) {
  const id = button.dataset["chart"]!;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isOn = !logarithmic.delete(id);
    if (isOn) {
      logarithmic.add(id);
    }
    button.setAttribute("aria-pressed", String(isOn));
    data.charts.filter((chart) => chart.id === id).forEach(show);
  });
}

showAll();
measure();

let width = innerWidth;
let pending = 0;
addEventListener("resize", () => {
  if (innerWidth !== width && !isPrinting) {
    width = innerWidth;
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      showAll();
      measure();
    });
  }
});
dark.addEventListener("change", showAll);
addEventListener("beforeprint", () => {
  isPrinting = true;
  showAll();
});
addEventListener("afterprint", () => {
  isPrinting = false;
  showAll();
});
