// One chart: its axes, its lines, and what is shaded behind them.

import uPlot from "uplot";
import type { Chart, Data } from "./data";
import { colours, look, type Ground } from "./style";
import { clock, elapsed, number, percentile, quantity, tick } from "./words";

/** How a chart is to be drawn. */
export interface View {
  ground: Ground;
  width: number;
  /** Whether the scale of times is logarithmic. */
  scale: "linear" | "logarithmic";
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** No time is shorter than the resolution of the histograms, and logarithms begin above 0. */
const SHORTEST_MS = 0.001;

/** Draws a chart into its element. */
export function draw(chart: Chart, data: Data, view: View, into: HTMLElement): uPlot {
  const across = chart.nines ? "percentile" : chart.rates ? "rate" : "time";
  const isOverTime = across === "time";
  const palette = colours(view.ground);
  const x = chart.nines ?? chart.rates ?? data.at;
  const isLogarithmic = view.scale === "logarithmic";
  const lines = chart.lines.map((line) =>
    isLogarithmic ? line.values.map((value) => (value === null ? null : Math.max(value, SHORTEST_MS))) : line.values,
  );
  const narrow = view.width < 480;
  const options: uPlot.Options = {
    width: view.width,
    height: narrow ? 230 : 270,
    padding: [12, chart.units.length > 1 ? 0 : narrow ? 10 : 18, 0, 0],
    ms: 1,
    scales: {
      x: { time: false, range: (_self, low, high) => (low === high ? [low - 0.5, high + 0.5] : [low, high]) },
      ...Object.fromEntries(
        chart.units.map((_unit, index) => [
          `y${index}`,
          isLogarithmic ? { distr: 3 as const } : { range: fromZero },
        ]),
      ),
    },
    axes: [
      {
        ...axis(palette.text, palette.grid),
        size: 44,
        label: { time: "time since the start", percentile: "percentile", rate: "hits/s" }[across],
        labelSize: 18,
        labelFont: FONT,
        space: narrow ? 60 : 80,
        ...ACROSS[across],
      },
      ...chart.units.map((unit, index): uPlot.Axis => ({
        ...axis(palette.text, index === 0 ? palette.grid : undefined),
        scale: `y${index}`,
        side: index === 0 ? 3 : 1,
        label: unit,
        labelSize: 18,
        labelGap: 2,
        labelFont: FONT,
        size: (self, values) => breadth(self, values),
        values: (_self, splits) => splits.map((value) => (value === null ? "" : tick(value))),
      })),
    ],
    series: [
      {
        label: { time: "Time", percentile: "Percentile", rate: "Rate" }[across],
        value: (_self, value: number | null) => {
          if (value === null) {
            return "point at the chart for values";
          }
          const words = {
            time: () => `${elapsed(value)} (${clock(data.start + value * 1000)})`,
            percentile: () => `${percentile(value)} %`,
            rate: () => quantity(value, "hits/s"),
          };
          return words[across]();
        },
      },
      ...chart.lines.map((line): uPlot.Series => {
        const { colour, width, dash, fill } = look(line.style, view.ground);
        const unit = chart.units[line.unit]!;
        return {
          label: line.name,
          scale: `y${line.unit}`,
          stroke: colour,
          width,
          points: { show: x.length < 3 || across === "rate", size: 6 },
          spanGaps: false,
          value: (_self, value: number | null) => (value === null ? "" : quantity(value, unit)),
          ...(dash ? { dash } : {}),
          ...(fill && !isLogarithmic ? { fill } : {}),
        };
      }),
    ],
    cursor: {
      points: { size: 7 },
      drag: { x: isOverTime, y: false },
      ...(isOverTime ? { sync: { key: "time", setSeries: false } } : {}),
    },
    legend: {
      live: true,
      markers: { width: 3, dash: (self, index) => (self.series[index]?.dash ? "dashed" : "solid") },
    },
    hooks: {
      drawClear: isOverTime ? [(self) => shade(self, data, palette)] : [],
      ready: [touch, switchable],
      draw: [(self) => note(self, chart)],
    },
  };
  return new uPlot(options, [x, ...lines] as uPlot.AlignedData, into);
}

/** Steps of an axis over time, seconds. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800];

/** Axes along the bottom. */
const ACROSS: Record<"time" | "percentile" | "rate", Partial<uPlot.Axis>> = {
  time: { incrs: SECONDS, values: (_self: uPlot, splits: number[]) => splits.map(elapsed) },
  percentile: { splits: nineSplits, values: (_self: uPlot, splits: number[]) => splits.map(percentile) },
  rate: { values: (_self: uPlot, splits: number[]) => splits.map(tick) },
};

/** Everything is counted or measured from 0 on. */
function fromZero(_self: uPlot, _low: number, high: number | null): uPlot.Range.MinMax {
  return [0, high === null || high <= 0 ? 1 : high * 1.08];
}

function axis(text: string, grid: string | undefined): uPlot.Axis {
  return {
    stroke: text,
    font: FONT,
    gap: 6,
    grid: grid === undefined ? { show: false } : { stroke: grid, width: 1 },
    ticks: grid === undefined ? { show: false } : { stroke: grid, width: 1, size: 5 },
  };
}

/** An axis is as broad as its longest number. */
function breadth(self: uPlot, values: string[] | null): number {
  const longest = (values ?? []).reduce((a, b) => (b.length > a.length ? b : a), "");
  self.ctx.font = FONT;
  return Math.ceil(self.ctx.measureText(longest).width) + 18;
}

/** 0, 50, 90, 99, 99.9 and so on. */
function nineSplits(_self: uPlot, _axis: number, low: number, high: number): number[] {
  const splits = [0, Math.log10(2), 1];
  for (let nines = 2; nines <= high; nines++) {
    splits.push(nines);
  }
  return splits.filter((nines) => nines >= low && nines <= high);
}

/** The warm-up in grey; every second stage in a tint, each with its name. */
function shade(self: uPlot, data: Data, palette: ReturnType<typeof colours>): void {
  const { ctx, bbox } = self;
  const place = (seconds: number) =>
    Math.min(Math.max(self.valToPos(seconds, "x", true), bbox.left), bbox.left + bbox.width);
  const band = (from: number, to: number, colour: string | undefined, label: string) => {
    const [left, right] = [place(from), place(to)];
    if (right - left < 1) {
      return;
    }
    ctx.save();
    if (colour !== undefined) {
      ctx.fillStyle = colour;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    ctx.font = scaled(11);
    ctx.fillStyle = palette.text;
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    if (ctx.measureText(label).width + 8 * devicePixelRatio < right - left) {
      ctx.fillText(label, left + 4 * devicePixelRatio, bbox.top + 3 * devicePixelRatio);
    }
    ctx.restore();
  };
  if (data.warm_up > 0) {
    band(0, data.warm_up, palette.shade, "warm-up");
  }
  data.stages.forEach((stage, index) =>
    band(stage.from, stage.to, index % 2 === 0 ? palette.band : undefined, stage.label),
  );
}

function scaled(size: number): string {
  return `${size * devicePixelRatio}px system-ui, sans-serif`;
}

/** A finger moves the cursor as a mouse does; up and down still scrolls. */
function touch(self: uPlot): void {
  self.over.style.touchAction = "pan-y";
  const follow = (event: PointerEvent) => {
    if (event.pointerType !== "mouse") {
      const { left, top } = self.over.getBoundingClientRect();
      self.setCursor({ left: event.clientX - left, top: event.clientY - top });
    }
  };
  self.over.addEventListener("pointerdown", follow);
  self.over.addEventListener("pointermove", follow);
}

/** Lines are switched by keys as by clicks. */
function switchable(self: uPlot): void {
  self.root.querySelectorAll<HTMLElement>(".u-legend .u-series:not(:first-child) th").forEach((cell) => {
    cell.tabIndex = 0;
    cell.setAttribute("role", "button");
    cell.title = "show or hide";
    cell.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        cell.click();
      }
    });
  });
}

/** Notes on the element what was drawn: how many values, and the last of each line in words. */
function note(self: uPlot, chart: Chart): void {
  const figure = self.root.parentElement;
  if (!figure) {
    return;
  }
  const drawn = chart.lines.reduce((sum, line) => sum + line.values.filter((value) => value !== null).length, 0);
  figure.dataset["drawn"] = String(drawn);
  const highest = chart.lines.map((line) => {
    const most = line.values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
    return `${line.name} at most ${number(most)} ${chart.units[line.unit]}`;
  });
  self.root.querySelector("canvas")?.setAttribute("role", "img");
  self.root.querySelector("canvas")?.setAttribute("aria-label", highest.join("; "));
}
