import { spread, table } from "../markdown";
import type { Result } from "./measureRounds";

/** Markdown, a row for each result. The row of stray packets is the sender's own share. */
export function resultTable(results: readonly Result[]): string {
  const sender = results.find(({ contestant }) => contestant.traffic.isAstray);
  const rows = results.map((result) => [
    result === sender ? "sender alone" : result.contestant.track.name,
    spread(result.nanoseconds, 0),
    spread(result.ratio, 3),
    sender === undefined || result === sender ? "" : netRatio(result, sender).toFixed(2),
  ]);
  return table(["ruleset", "ns per packet (quartiles)", "against bare (quartiles)", "net"], rows);
}

/** The ratio that is left when the sender's share is taken from both sides of it. */
export function netRatio({ ratio }: Result, sender: Result): number {
  const share = sender.ratio.median;
  return (ratio.median - share) / (1 - share);
}
