// What the program writes into a report, as crates/trafficinator/src/report/charts.rs has it.

export interface Data {
  /** Start of the run, milliseconds since 1970. */
  start: number;
  /** Middles of the stretches of time, in seconds since the start. */
  at: number[];
  /** Length of the warm-up, seconds. */
  warm_up: number;
  /** Parts of the run that deserve a mark. */
  stages: Stage[];
  charts: Chart[];
}

export interface Stage {
  from: number;
  to: number;
  label: string;
}

export interface Chart {
  /** The element it is drawn into. */
  id: string;
  /** Over time; or over the percentiles: then it has its own `nines`; or over rates that were tried, in hits/s. */
  nines?: number[];
  rates?: number[];
  /** One or two units; the second is told on the right. */
  units: Unit[];
  lines: Line[];
}

export type Unit = "visits/s" | "hits/s" | "errors/s" | "ms" | "cores" | "hits" | "visits";

export interface Line {
  name: string;
  /** How it looks: a name of style.ts. */
  style: string;
  /** Its unit, as an index. */
  unit: number;
  values: (number | null)[];
}

/** The data of this report. */
export function read(): Data {
  return JSON.parse(document.getElementById("data")!.textContent!) as Data;
}
