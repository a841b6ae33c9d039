import fc from "fast-check";
import type { Lab, LabClient } from "../../../lab";
import { SSH, snapshot } from "../hostPayload";
import { FAILURES, FALLIBLE, type Fault, type FaultKind, KILLS } from "./fault";
import { awaitGuard, installFaults, printed, runWithFault, view } from "./faultHost";
import { difference, judgeDoors, judgeEnd, judgeMended, judgeRun } from "./judge";
import {
  applied,
  confirming,
  type End,
  type ProfileName,
  payloadOf,
  type Rules,
  runWell,
  SCENARIOS,
  type Scenario,
  type Setting,
} from "./scenarios";

export interface Injection {
  readonly scenario: Scenario;
  readonly fault: Fault | undefined;
}

export interface Outcome {
  readonly profile: ProfileName;
  readonly injection: Injection;
  readonly isHit: boolean;
  /** The call at which it happened. */
  readonly point: string;
  readonly calls: readonly string[];
  readonly end: End | undefined;
  readonly wrong: readonly string[];
}

export interface FaultHost {
  inject(injection: Injection, next: Scenario["from"]): Promise<Outcome>;
}

/** A host whose commands can be made to fail, and which is brought from one injection to the next. */
export async function createFaultHost(
  lab: Lab,
  laptop: LabClient,
  name: string,
  profile: ProfileName,
): Promise<FaultHost> {
  const host = await lab.addHost(name);
  await installFaults(host);
  const rules = async (options: Parameters<typeof payloadOf>[1]): Promise<Rules> => {
    const payload = payloadOf(profile, options);
    return { payload, listing: await printed(host, payload.ruleset) };
  };
  const wide = await rules({});
  const small = await rules({ services: { ssh: SSH } });
  const shut = await rules({ services: { ssh: SSH }, allow: ["192.0.2.1"] });
  const untouched = await snapshot(host);

  let old: Rules | undefined;
  const guard = async (next: Rules): Promise<void> => {
    await runWell(host, "confirm", confirming(next, await applied({ host }, next)));
    old = next;
  };
  const remove = async (): Promise<readonly string[]> => {
    await runWell(host, "remove", wide.payload.input);
    old = undefined;
    const left = await snapshot(host);
    return left === untouched ? [] : [`remove leaves: ${difference(untouched, left)}`];
  };
  await guard(wide);
  const { files } = await view(host);
  await remove();

  const ready = async (scenario: Scenario): Promise<Setting> => {
    if (scenario.from === "guarded" && old === undefined) await guard(wide);
    if (scenario.from === "unguarded" && old !== undefined) await remove();
    return { host, profile, old, next: old === wide ? small : wide, shut };
  };

  return {
    async inject(injection, next) {
      const { scenario, fault } = injection;
      const setting = await ready(scenario);
      const prepared = await scenario.prepare(setting);
      const run = await runWithFault(host, prepared, fault);
      const wrong = [...judgeRun(scenario, setting, run)];
      if (run.isHit && fault?.kind === "cut") {
        await host.powerCut();
        await host.boot();
      }
      const waited = await awaitGuard(host);
      if (waited > 15) wrong.push(`the guard took ${waited} s`);
      const seen = await view(host);
      const judged = judgeEnd(scenario, setting, run, seen);
      wrong.push(...judged.wrong);
      // Under a baseline a stranger's attempt is answered late, and remembered.
      if (profile === "guard") wrong.push(...(await judgeDoors(lab, laptop, setting, seen.rules !== "")));
      if (next === "guarded") {
        await guard(setting.next);
        wrong.push(...judgeMended(setting, await view(host), files));
      } else {
        wrong.push(...(await remove()));
      }
      const point =
        fault === undefined || fault.command !== "any" ? fault?.command : run.calls[fault.call - 1];
      return {
        profile,
        injection,
        isHit: run.isHit,
        point: point ?? "",
        calls: run.calls,
        end: judged.end,
        wrong,
      };
    },
  };
}

/** One run of each scenario to which nothing happens: its calls are the points at which it can die. */
export const CONTROLS: readonly Injection[] = SCENARIOS.map((scenario) => ({ scenario, fault: undefined }));

/** Every point once, in random order, then again in other ways. */
export function chooseInjections(controls: readonly Outcome[], count: number, seed: number): Injection[] {
  const shuffled = (injections: readonly Injection[]): Injection[] =>
    fc.sample(fc.shuffledSubarray([...injections], { minLength: injections.length }), {
      numRuns: 1,
      seed,
    })[0] ?? [];
  const all = (round: number): Injection[] =>
    controls.flatMap(({ injection: { scenario }, calls }) => {
      const at = (kind: FaultKind, call: number, command = "any"): Injection => ({
        scenario,
        fault: { kind, command, call },
      });
      const turn = (kinds: readonly FaultKind[]): readonly Injection[] =>
        calls.map((_, index) => at(kinds[(index + round + seed) % kinds.length] ?? "fails", index + 1));
      const broken = FALLIBLE.flatMap((command) =>
        calls
          .filter((call) => call.split(" ")[0] === command)
          .map((_, index) => at("broken", index + 1, command)),
      );
      const isVerb = scenario.verb === "apply" || scenario.verb === "confirm" || scenario.verb === "remove";
      const some = (every: number) =>
        calls.map((_, index) => index + 1).filter((call) => (call + round) % every === 1);
      return [
        ...turn(KILLS),
        ...turn(FAILURES),
        ...broken,
        ...(isVerb ? some(5).map((call) => at("full", call)) : []),
        ...some(20).map((call) => at("cut", call)),
      ];
    });
  return [0, 1, 2, 3].flatMap((round) => shuffled(all(round))).slice(0, count);
}
