import { largest } from "./shown";

/** Columns side by side, two spaces between them. The last one is not filled up. */
export function printTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => largest(rows.map((row) => widthOf(row[column] ?? ""))));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join("  "),
  );
}

function widthOf(cell: string): number {
  return [...cell].length;
}
