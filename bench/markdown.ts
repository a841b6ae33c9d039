import type { Spread } from "./statistics";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`)
    .join("");
}

/** `1.09 (1.08 to 1.10)` */
export function spread({ median, low, high }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** `10 000`, and three digits of what is small. */
export function figure(value: number): string {
  if (value < 100) return `${Number(value.toPrecision(3))}`;
  return `${Math.round(value)}`.replace(/\B(?=(\d{3})+$)/g, " ");
}

/** What is no figure: not measured, and the reason stands below the table. */
export const NOT_MEASURED = "–";
