import { unreachable } from "../../../components/policy/unreachable";
import type { RunEnd, View } from "./faultHost";
import type { End, Rules, Scenario, Setting } from "./setting";

/** What the rules of an end look like, once or as what they must be right after the run. */
export function rulesOf(end: End, scenario: Scenario, setting: Setting): Rules | undefined {
  switch (end) {
    case "old":
      return setting.old;
    case "new":
      return setting[scenario.brings];
    case "none":
      return undefined;
    default:
      return unreachable(end);
  }
}

/** Right after the run, before the guard had its turn. */
export function judgeRun(scenario: Scenario, setting: Setting, run: RunEnd): readonly string[] {
  const whole = [setting.old?.listing, setting.next.listing, setting.shut.listing];
  const mayBeOpen = setting.old === undefined || scenario.verb === "remove";
  const isWhole = run.rules === "" ? mayBeOpen : whole.includes(run.rules) || scenario.verb === "remove";
  return [
    ...(isWhole ? [] : [run.rules === "" ? "it stood open" : "the rules were neither the old nor the new"]),
    ...(run.readable === "" ? [] : [`others can read ${run.readable}`]),
  ];
}

/** Once nothing of ours runs any more: which end it is, and what is wrong with it. */
export function judgeEnd(
  scenario: Scenario,
  setting: Setting,
  run: RunEnd,
  seen: View,
): { readonly end: End | undefined; readonly wrong: readonly string[] } {
  // A confirm may come too late on a busy machine, and says so.
  const mayFail = run.isHit || run.exitCode !== 0;
  const ends = mayFail && scenario.mayEnd !== undefined ? [scenario.ends, scenario.mayEnd] : [scenario.ends];
  const end = ends.find((each) => seen.rules === (rulesOf(each, scenario, setting)?.listing ?? ""));
  const wrong: string[] = [];
  if (end === undefined) wrong.push(`the rules are not those of ${ends.join(" or ")}`);
  const decides = scenario.verb === "confirm" || scenario.verb === "remove";
  if (decides && run.exitCode === 0 && end !== scenario.ends) wrong.push("it ended well and did nothing");
  return { end, wrong: [...wrong, ...judgeBoot(scenario, setting, seen), ...judgeStatus(setting, seen)] };
}

function judgeBoot(scenario: Scenario, setting: Setting, { boot }: View): readonly string[] {
  const known = ["", setting.old?.payload.ruleset ?? "", setting[scenario.brings].payload.ruleset];
  return known.includes(boot) ? [] : ["the boot file is neither the old nor the new one"];
}

function judgeStatus(setting: Setting, { status, rules, boot }: View): readonly string[] {
  const value = (name: string): string | undefined => new RegExp(`^${name} (.*)$`, "m").exec(status)?.[1];
  const state = value("state");
  if (value("finding") !== undefined) return state === "pending" ? ["status says pending"] : [];
  if (state === "unguarded") return rules === "" ? [] : ["status says unguarded"];
  if (state !== "guarded") return [`status says ${state ?? status}`];
  const token = value("token");
  const named = [setting.old, setting.next, setting.shut].find((each) => each?.payload.token === token);
  const isSo = named?.listing === rules && named.payload.ruleset === boot;
  return isSo ? [] : ["status finds nothing and something differs"];
}

/** After the next plain apply and confirm nothing tells what happened before. */
export function judgeMended(next: Rules, seen: View, files: string): readonly string[] {
  return [
    ...(seen.rules === next.listing ? [] : ["the next run does not bring its rules"]),
    ...(seen.boot === next.payload.ruleset ? [] : ["the next run does not bring its boot file"]),
    ...(seen.overlap === "" ? [] : ["the next run leaves the other table"]),
    ...(/^state guarded$/m.test(seen.status) ? [] : ["the next run leaves no guarded host"]),
    ...[...seen.status.matchAll(/^finding (.*)$/gm)].map(([, finding]) => `the next run leaves: ${finding}`),
    ...(seen.files === files ? [] : [`the next run leaves other files: ${difference(files, seen.files)}`]),
  ];
}

export function difference(before: string, after: string): string {
  const [old, now] = [before, after].map((text) => text.split("\n"));
  const gone = (old ?? []).filter((line) => !now?.includes(line)).map((line) => `- ${line}`);
  const come = (now ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join(" | ");
}
