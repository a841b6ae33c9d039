import fc from "fast-check";
import { FAILURES, FALLIBLE, type FaultKind, KILLS } from "./fault";
import type { DeployerName } from "./faultRules";
import type { Injection, Outcome } from "./runFaults";
import { scenariosOf } from "./scenarios";

/** One run of each scenario to which nothing happens: its calls are the points at which it can die. */
export function controlsOf(deployer: DeployerName): readonly Injection[] {
  return scenariosOf(deployer).map((scenario) => ({ scenario, fault: undefined }));
}

/** Every point once, in random order, then again in other ways; one of each verb comes first, so that no sample is without it. */
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
      const isVerb =
        scenario.verb === "apply" ||
        scenario.verb === "confirm" ||
        scenario.verb === "remove" ||
        scenario.verb === "fill";
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
  const chosen = [0, 1, 2, 3].flatMap((round) => shuffled(all(round)));
  return [...new Set([...firstOfEachVerb(chosen), ...chosen])].slice(0, count);
}

function firstOfEachVerb(injections: readonly Injection[]): readonly Injection[] {
  const verbs = new Set(injections.map(({ scenario }) => scenario.verb));
  return [...verbs].flatMap((verb) => injections.find(({ scenario }) => scenario.verb === verb) ?? []);
}
