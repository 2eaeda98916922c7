// How lines look. The colours are those of Okabe and Ito, which people tell apart however they see colours, made darker
// on white and lighter on black; what belongs together differs in its dashes as well.

export interface Look {
  colour: string;
  dash?: number[];
  width: number;
  fill?: string;
}

/** Where the page is looked at. */
export type Ground = "light" | "dark";

interface Colours {
  blue: string;
  sky: string;
  green: string;
  orange: string;
  red: string;
  purple: string;
  grey: string;
  text: string;
  grid: string;
  shade: string;
  band: string;
}

const COLOURS: Record<Ground, Colours> = {
  light: {
    blue: "#0063a6", sky: "#2b95cf", green: "#007a5a", orange: "#c47f00", red: "#c8430a", purple: "#a3457e",
    grey: "#6b7280", text: "#4b5563", grid: "#e5e7eb", shade: "rgba(107,114,128,0.14)", band: "rgba(0,99,166,0.06)",
  },
  dark: {
    blue: "#5aaef0", sky: "#8fd3ff", green: "#2fc79a", orange: "#f0b13c", red: "#ff8552", purple: "#e08bc0",
    grey: "#9ca3af", text: "#b6bdc9", grid: "#2b323d", shade: "rgba(156,163,175,0.16)", band: "rgba(90,174,240,0.08)",
  },
};

type Line = (colours: Colours) => Look;
const line = (name: keyof Colours, width = 1.75, dash?: number[]): Line => (colours) => ({
  colour: colours[name], width, ...(dash ? { dash } : {}),
});

const LOOKS: Record<string, Line> = {
  planned: line("grey", 2, [6, 4]),
  achieved: (colours) => ({ colour: colours.blue, width: 2, fill: colours.band }),
  accepted: line("green", 1.5, [2, 3]),
  p50: line("sky"),
  p90: line("green"),
  p95: line("orange", 2.25),
  p99: line("red"),
  service: line("purple", 2, [7, 4]),
  response: (colours) => ({ colour: colours.blue, width: 2, fill: colours.band }),
  in_flight: line("blue", 2),
  backlog: line("red"),
  open_visits: line("grey", 1.75, [6, 4]),
  process: (colours) => ({ colour: colours.blue, width: 2, fill: colours.band }),
  busiest: line("green", 1.5, [2, 3]),
  lag: line("orange", 2, [7, 4]),
  error0: line("red", 2),
  error1: line("blue", 2, [7, 4]),
  error2: line("orange", 2),
  error3: line("green", 2, [2, 3]),
  error4: line("purple", 2),
  error5: line("sky", 2, [7, 4]),
  error6: line("grey", 2),
};

/** The colours of a ground. */
export function colours(ground: Ground): Colours {
  return COLOURS[ground];
}

/** How a line looks. */
export function look(name: string, ground: Ground): Look {
  return (LOOKS[name] ?? line("grey"))(COLOURS[ground]);
}
