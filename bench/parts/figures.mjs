// Figures of several rounds in one: the middle, and how far they lie apart.

import { readFileSync } from "node:fs";

export function middle(figures) {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];
}

/** "0.41 (0.39 to 0.44)" */
export function spread(figures, digits) {
  const [low, high] = [Math.min(...figures), Math.max(...figures)];
  return `${middle(figures).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** How busy the machine was, as the kernel sees the last minute, five and fifteen. */
export function loadAverage() {
  return readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");
}

export function processor() {
  const text = readFileSync("/proc/cpuinfo", "utf8");
  const name = /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown processor";
  return `${name}, ${text.match(/^processor\s*:/gm).length} cores`;
}

export function table(head, rows) {
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((row) => String(row[n]).length)));
  const line = (row) => row.map((cell, n) => String(cell).padEnd(widths[n])).join("  ").trimEnd();
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
