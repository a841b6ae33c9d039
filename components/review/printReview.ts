import type { Direction, ReviewedChange } from "./change";
import { drawKnocking } from "./drawKnocking";
import type { Review } from "./reviewPolicies";
import type { TouchedHosts } from "./touchedHosts";

const MARKS: Readonly<Record<Direction, string>> = {
  "opens up": "🔓 opens up",
  "closes down": "🔒 closes down",
  changes: "changes",
};

const UNCONFIRMED =
  "> The last update did not finish. This compares with what it was to bring, and hosts may have older rules.";

/** A review as a comment on a pull request: Markdown as GitHub and GitLab show it. No port of a sequence. */
export function printReview(review: Review, title?: string): string {
  const parts = [
    `## Firewall review${title === undefined ? "" : `: ${plain(title)}`}`,
    `**${summary(review)}**`,
    ...(review.isUnconfirmed ? [UNCONFIRMED] : []),
    ...(review.changes.length > 0 ? [table(review.changes)] : []),
    ...section("Lock-out risks", review.lockOutRisks),
    ...section("Hosts touched", hostLines(review.hosts)),
    ...picture(review),
  ];
  return `${parts.join("\n\n")}\n`;
}

function summary({ changes, lockOutRisks, hosts }: Review): string {
  const count = (direction: Direction): number =>
    changes.filter((change) => change.direction === direction).length;
  const touched = Object.values(hosts).reduce((sum, names: readonly string[]) => sum + names.length, 0);
  if (changes.length === 0) {
    return touched === 0
      ? "Nothing changes."
      : `The rules stay as they are; ${counted(touched, "host")} touched.`;
  }
  const parts = [
    ...(count("opens up") > 0
      ? [`${count("opens up")} ${count("opens up") === 1 ? "opens" : "open"} up`]
      : []),
    ...(count("closes down") > 0
      ? [`${count("closes down")} ${count("closes down") === 1 ? "closes" : "close"} down`]
      : []),
    ...(touched > 0 ? [`${counted(touched, "host")} touched`] : []),
    ...(lockOutRisks.length > 0 ? [counted(lockOutRisks.length, "lock-out risk")] : []),
  ];
  return `${[counted(changes.length, "change"), ...parts].join(", ")}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function table(changes: readonly ReviewedChange[]): string {
  const rows = changes.map(({ subject, what, before, after, direction, meaning }, index) => {
    const isSame = changes[index - 1]?.subject === subject;
    return [
      isSame ? "" : `**${subject}**`,
      what,
      code(before),
      code(after),
      MARKS[direction],
      plain(meaning),
    ];
  });
  const head = ["", "what", "before", "after", "", "in words"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.map((line) => `- ${plain(line)}`).join("\n")];
}

function hostLines({ added, removed, moved, updated, repaired }: TouchedHosts): readonly string[] {
  const line = (what: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
  return [
    ...line("newly guarded", added),
    ...line("not guarded any more", removed),
    ...line("reached in another way, which may be another machine", moved),
    ...line("get new rules", updated),
    ...line(
      "get the same rules again (they drifted, never got them, or are connected to in another way)",
      repaired,
    ),
  ];
}

function picture({ sequences, tokens, changes }: Review): readonly string[] {
  const drawn = drawKnocking(sequences, tokens);
  return drawn === undefined || sequences.length + tokens.length === 0 || changes.length === 0
    ? []
    : ["### Knocking", `\`\`\`mermaid\n${drawn}\n\`\`\``];
}

function code(value: string): string {
  return value === "" ? "" : `\`${plain(value).replaceAll("`", "'")}\``;
}

/** What would end a cell, or begin an element. */
function plain(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
