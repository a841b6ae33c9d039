/** Breaks a line at spaces; what follows the first line is indented a little. A longer word stays whole. */
export function wrapText(text: string, width: number): readonly string[] {
  const hanging = `${/^ */.exec(text)?.[0] ?? ""}  `;
  const lines: string[] = [];
  let line = text.trimEnd();
  while (line.length > width) {
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    const end = line.lastIndexOf(" ", width);
    const cut = end > indent ? end : line.indexOf(" ", width);
    if (cut === -1) break;
    lines.push(line.slice(0, cut));
    line = `${hanging}${line.slice(cut).trimStart()}`;
  }
  return [...lines, line];
}
