import { escaped } from "../../components/status/html";
import type { Typist } from "../account";
import type { Entry } from "./recorder";
import type { Chapter } from "./story";

const WIDTH = 880;
const LINE = 21;
const LEFT = 24;
/** Where what was typed begins, right of the states. */
const TEXT = 152;
const TOP = 30;
const GAP = 22;

const STATES = {
  closed: { word: "closed", colour: "#f47067", caption: "to everybody" },
  knock: { word: "knock", colour: "#daaa3f", caption: "one command" },
  open: { word: "open", colour: "#6bc46d", caption: "to you alone" },
} as const satisfies Readonly<Record<Chapter["state"], object>>;

/** Who a reader takes them for. */
const PEOPLE: Readonly<Record<Typist, string>> = {
  operator: "pulumi",
  stranger: "you",
  bystander: "stranger",
  "web-1": "web-1",
  "web-2": "web-2",
};

/** An SVG that needs nothing beside itself: one block for each chapter, as it would stand in a terminal. */
export function renderPicture(chapters: readonly Chapter[]): string {
  let y = TOP;
  const blocks = chapters.map((chapter, index) => {
    const lines = chapter.entries.flatMap(renderEntry);
    const from = y;
    y += lines.length * LINE + GAP;
    return [
      ...(index === 0 ? [] : [`  <path d="M0 ${from - GAP / 2 - 14}H${WIDTH}" class="rule"/>`]),
      ...renderState(chapter.state, from),
      ...lines.map((line, row) => `  <text x="${TEXT}" y="${from + row * LINE}">${line}</text>`),
    ].join("\n");
  });
  const height = y - GAP;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `  <title id="title">${escaped(describe(chapters))}</title>`,
    "  <style>",
    "    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d1d7e0; white-space: pre }",
    "    .who { fill: #768390 } .typed { font-weight: bold; fill: #f0f3f6 } .state { font-weight: bold; font-size: 17px } .caption { fill: #909dab; font-size: 12px }",
    "    .rule { stroke: #373e47 }",
    "  </style>",
    `  <rect width="${WIDTH}" height="${height}" rx="10" fill="#1c2128"/>`,
    ...blocks,
    "</svg>",
  ].join("\n")}\n`;
}

function renderState(state: Chapter["state"], y: number): readonly string[] {
  const { word, colour, caption } = STATES[state];
  return [
    `  <rect x="0" y="${y - 14}" width="4" height="36" fill="${colour}"/>`,
    `  <text x="${LEFT}" y="${y}" class="state" style="fill: ${colour}">${word}</text>`,
    `  <text x="${LEFT}" y="${y + 18}" class="caption">${caption}</text>`,
  ];
}

function renderEntry({ typist, command, output }: Entry): readonly string[] {
  const who = `<tspan class="who">${escaped(PEOPLE[typist].padStart(8))} $ </tspan>`;
  return [
    `${who}<tspan class="typed">${escaped(command)}</tspan>`,
    ...output.map((line) => escaped(`           ${line}`)),
  ];
}

/** What somebody hears who does not see it. */
function describe(chapters: readonly Chapter[]): string {
  return chapters
    .map(({ state, entries }) =>
      [
        `${STATES[state].word}: `,
        entries.map(({ command, output }) => [command, ...output].join(" ")).join("; "),
      ].join(""),
    )
    .join(". ");
}
