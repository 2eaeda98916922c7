// How numbers are written.

import type { Unit } from "./data";

/** About three significant digits, with thousands apart. */
export function number(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** A value with its unit; times from a second on in seconds. */
export function quantity(value: number, unit: Unit): string {
  if (unit === "ms" && value >= 1000) {
    return `${number(value / 1000)} s`;
  }
  return `${number(value)} ${unit}`;
}

/** What stands at an axis, which names its unit once. */
export function tick(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e5
    ? value.toLocaleString("en-US")
    : value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 3 });
}

/** Seconds since the start as `0:42`, `1:02:03`. */
export function elapsed(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (count: number) => String(count).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The time of day, UTC. */
export function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

/** The percentile that lies so many nines out: 1 is 90, 2 is 99. */
export function percentile(nines: number): string {
  const share = 100 * (1 - 10 ** -nines);
  const digits = Math.max(0, Math.ceil(nines) - 1);
  return String(Number(share.toFixed(Math.min(digits, 8))));
}
