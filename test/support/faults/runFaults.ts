import type { Lab, LabClient } from "../../../lab";
import { deliver, SEQUENCE_PORTS, snapshot } from "../hostPayload";
import type { Deployer } from "./deployer";
import type { Fault } from "./fault";
import { awaitGuard, installFaults, printed, runWithFault, view } from "./faultHost";
import { type FaultHostKind, faultPayload, type RulesName, secretsOf } from "./faultRules";
import { difference, judgeEnd, judgeMended, judgeRun } from "./judge";
import { applied, confirming, type End, type Rules, runWell, type Scenario, type Setting } from "./setting";
import { createWayIn, type TokensAfter } from "./wayIn";

export interface Injection {
  readonly scenario: Scenario;
  readonly fault: Fault | undefined;
}

export interface Outcome {
  readonly kind: FaultHostKind;
  readonly injection: Injection;
  readonly isHit: boolean;
  /** The call at which it happened. */
  readonly point: string;
  readonly calls: readonly string[];
  readonly end: End | undefined;
  /** Whether the deployer's tokens work only some minutes later. */
  readonly isLater: boolean;
  readonly wrong: readonly string[];
}

export interface FaultHost {
  inject(injection: Injection, next: Scenario["from"]): Promise<Outcome>;
}

export interface FaultHostOptions {
  readonly lab: Lab;
  readonly laptop: LabClient;
  readonly deployer: Deployer;
  readonly name: string;
  readonly kind: FaultHostKind;
}

/** A host whose commands can be made to fail, and which is brought from one injection to the next. */
export async function createFaultHost(options: FaultHostOptions): Promise<FaultHost> {
  const { lab, name, kind } = options;
  const host = await lab.addHost(name);
  await installFaults(host);
  const wayIn = createWayIn({ ...options, host });
  const rulesNamed = async (rules: RulesName, renewals: number): Promise<Rules> => {
    const payload = faultPayload({ ...kind, secretsFrom: `${name} ${renewals}` }, rules);
    return { name: rules, payload, listing: await printed(host, payload.ruleset) };
  };
  const makeRules = async (renewals: number) => ({
    wide: await rulesNamed("wide", renewals),
    small: await rulesNamed("small", renewals),
    shut: await rulesNamed("shut", renewals),
    renewals,
  });
  let rules = await makeRules(0);
  const untouched = withoutBounds(await snapshot(host));

  let old: Rules | undefined;
  let files: string | undefined;
  const guard = async (next: Rules, mayWait: boolean): Promise<readonly string[]> => {
    await runWell(host, "confirm", confirming(next, await applied({ host }, next)));
    old = next;
    const seen = await view(host);
    files ??= seen.files;
    return [
      ...judgeMended(next, seen, files),
      ...(await wayIn.judgeMended(next, seen, mayWait ? "later" : "now")),
    ];
  };
  const remove = async (): Promise<readonly string[]> => {
    await runWell(host, "remove", rules.wide.payload.input);
    old = undefined;
    const left = withoutBounds(await snapshot(host));
    return left === untouched ? [] : [`remove leaves: ${difference(untouched, left)}`];
  };
  await guard(rules.wide, false);
  await remove();

  /** Other secrets where the host must not make tokens of these yet: they were used, or may have been. */
  const renew = async (): Promise<void> => {
    if (kind.deployer === "tokens") rules = await makeRules(rules.renewals + 1);
  };
  const ready = async (scenario: Scenario): Promise<readonly string[]> => {
    const wrong: string[] = [];
    if (scenario.from === "unguarded") {
      if (old !== undefined) wrong.push(...(await remove()));
      await renew();
    } else if (old === undefined || wayIn.isWaiting()) {
      await renew();
      wrong.push(...(await guard(rules.wide, false)));
    }
    return wrong;
  };

  return {
    async inject(injection, following) {
      const { scenario, fault } = injection;
      const wrong = (await ready(scenario)).map((each) => `before it: ${each}`);
      const next = old?.name === "wide" ? rules.small : rules.wide;
      const changed: Setting["changed"] = (changes) =>
        faultPayload({ ...kind, secretsFrom: `${name} ${rules.renewals}` }, "small", changes);
      const setting: Setting = { host, old, next, shut: rules.shut, changed };
      const secrets = [
        ...SEQUENCE_PORTS,
        ...[rules.wide, rules.small, rules.shut].flatMap(({ payload }) => secretsOf(payload)),
      ];
      const prepared = await scenario.prepare(setting);
      if (prepared.kind === "verb" && prepared.verb === "apply") await deliver(host, prepared.input);
      const run = await runWithFault(host, prepared, secrets, fault);
      wrong.push(...judgeRun(scenario, setting, run));
      const isCut = run.isHit && fault?.kind === "cut";
      if (isCut) {
        await host.powerCut();
        await host.boot();
      }
      const waited = await awaitGuard(host);
      if (waited > 15) wrong.push(`the guard took ${waited} s`);
      const seen = await view(host);
      const judged = judgeEnd(scenario, setting, run, seen);
      wrong.push(...judged.wrong);
      const tokens = tokensAfter(scenario, run.isHit, fault, old);
      wrong.push(...(await wayIn.judgeFault(setting, seen, tokens)));
      const isLater = wayIn.isWaiting();
      // A table without records has no script that could remove it: the next update brings one.
      if (following === "guarded" || scenario.isStray === true) {
        wrong.push(...(await guard(next, isLater || seen.rules === "" || tokens === "never")));
      }
      if (following === "unguarded") wrong.push(...(await remove()));
      const point =
        fault === undefined || fault.command !== "any" ? fault?.command : run.calls[fault.call - 1];
      return {
        kind,
        injection,
        isHit: run.isHit,
        point: point ?? "",
        calls: run.calls,
        end: judged.end,
        isLater,
        wrong,
      };
    },
  };
}

/**
 * When tokens must open again. A boot takes them out of the kernel, and so does a rollback that finds no room on the disk; what
 * makes others is in the records.
 */
function tokensAfter(
  scenario: Scenario,
  isHit: boolean,
  fault: Fault | undefined,
  old: Rules | undefined,
): TokensAfter {
  const areTaken = isHit && (fault?.kind === "cut" || fault?.kind === "full");
  if (areTaken && scenario.isStray === true) return "never";
  return areTaken || old === undefined || scenario.isEmptied === true ? "later" : "now";
}

/** A removal leaves the bounds of tokens behind, and in /run what goes with them. */
function withoutBounds(shot: string): string {
  return shot.replace(/^(\/var\/lib\/portknock-tokens|\/run\/portknock-(clock|begun)) 600 \d+ \n/gm, "");
}
