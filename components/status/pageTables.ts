import { type Html, html } from "./html";
import type { Shown } from "./shown";

/** A column of a table: what it is called, and what a row has there. The first one names the row. */
export interface Column<T> {
  readonly title: string;
  readonly isNumber?: true;
  readonly cell: (row: T) => string | number | Html;
}

/** A table that a keyboard can scroll where it is wider than the screen. */
export function table<T>(caption: string, columns: readonly Column<T>[], { shown, more }: Shown<T>): Html {
  const rows = shown.map((row) => {
    const cells = columns.map(({ cell, isNumber }, index) => {
      if (index === 0) {
        return html`<th scope="row">${cell(row)}</th>`;
      }
      return isNumber ? html`<td class="number">${cell(row)}</td>` : html`<td>${cell(row)}</td>`;
    });
    return html`<tr>${cells}</tr>`;
  });
  const head = columns.map(({ title, isNumber }) =>
    isNumber ? html`<th scope="col" class="number">${title}</th>` : html`<th scope="col">${title}</th>`,
  );
  const rest = more === 0 ? [] : [html`<p class="quiet">and ${more} more</p>`];
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table>
<caption><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows}
</tbody>
</table>
</div>
${rest}`;
}

/** A bar beside its number, which a screen reader reads alone. */
export function bar(amount: number, most: number, words: string): Html {
  const share = most === 0 ? 0 : Math.round((1000 * amount) / most) / 10;
  return html`<div class="measure"><span class="bar" style="width: ${share}%" aria-hidden="true"></span> ${words}</div>`;
}
