import type { LabHost } from "../../../lab";
import { confirmInput, type HostPayload, hostPayload, SSH } from "../hostPayload";
import { sentScript } from "../sentScript";
import { hasty, type Run } from "./faultHost";

export type ProfileName = "guard" | "baseline";

/** Rules that a host may be left with, and how it lists them. */
export interface Rules {
  readonly payload: HostPayload;
  readonly listing: string;
}

export interface Setting {
  readonly host: LabHost;
  readonly profile: ProfileName;
  /** The confirmed rules, if the host is guarded. */
  readonly old: Rules | undefined;
  /** Others, which let the deployer in. */
  readonly next: Rules;
  /** Others, which shut the deployer out. */
  readonly shut: Rules;
}

/** What stands once a run and its guard have ended. */
export type End = "old" | "new" | "none";

export interface Scenario {
  readonly name: string;
  readonly verb: "apply" | "confirm" | "rollback" | "remove" | "status";
  readonly from: "unguarded" | "guarded";
  /** The rules that are new in it. */
  readonly brings: "next" | "shut";
  /** After a run that nothing happened to, its guard included. */
  readonly ends: End;
  /** What else a run may leave that something happened to. */
  readonly mayEnd?: End;
  /** Whether what stands in the end is known to the host. @default true */
  readonly isStray?: boolean;
  prepare(setting: Setting): Promise<Run>;
}

/** Long enough for what comes next to be in time on a busy machine. */
const SECONDS = 4;
const SECONDS_TO_CONFIRM = 8;

const verb = (name: string, input: string): Run => ({ kind: "verb", verb: name, input });

/** Runs a verb to which nothing happens. */
export async function runWell(host: LabHost, name: string, input: string): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(`sh -s ${name} m1`, { input, check: false });
  if (exitCode !== 0 || stderr !== "") throw new Error(`${name}: exit code ${exitCode}: ${stderr}`);
  return stdout;
}

export async function applied({ host }: Pick<Setting, "host">, rules: Rules, seconds = 60): Promise<string> {
  const stdout = await runWell(host, "apply", hasty(rules.payload, seconds));
  return /^attempt (\S+)$/m.exec(stdout)?.[1] ?? "none";
}

export function confirming({ payload }: Rules, attempt: string): string {
  return confirmInput(payload.input, attempt);
}

const applyOf = (rules: Rules): Run => verb("apply", hasty(rules.payload, SECONDS));

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "apply, the first",
    verb: "apply",
    from: "unguarded",
    brings: "shut",
    ends: "none",
    prepare: async ({ shut }) => applyOf(shut),
  },
  {
    name: "apply over old rules",
    verb: "apply",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async ({ shut }) => applyOf(shut),
  },
  {
    name: "apply over a candidate",
    verb: "apply",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async (setting) => {
      await applied(setting, setting.next, SECONDS);
      return applyOf(setting.shut);
    },
  },
  {
    name: "apply over a table without records",
    verb: "apply",
    from: "guarded",
    brings: "shut",
    ends: "old",
    isStray: true,
    prepare: async ({ host, shut }) => {
      await host.run("rm -rf /var/lib/portknock");
      return applyOf(shut);
    },
  },
  {
    name: "apply of rules that nft refuses",
    verb: "apply",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async ({ profile }) => {
      const edit = (ruleset: string): string => ruleset.replace(/\bsaddr\b/, "sadder");
      return verb("apply", payloadOf(profile, { services: { ssh: SSH }, edit }).input);
    },
  },
  {
    name: "apply of another owner",
    verb: "apply",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async ({ profile }) => verb("apply", payloadOf(profile, { owner: { stack: "prod" } }).input),
  },
  {
    name: "confirm, the first",
    verb: "confirm",
    from: "unguarded",
    brings: "next",
    ends: "new",
    mayEnd: "none",
    prepare: async (setting) =>
      verb("confirm", confirming(setting.next, await applied(setting, setting.next, SECONDS_TO_CONFIRM))),
  },
  {
    name: "confirm over old rules",
    verb: "confirm",
    from: "guarded",
    brings: "next",
    ends: "new",
    mayEnd: "old",
    prepare: async (setting) =>
      verb("confirm", confirming(setting.next, await applied(setting, setting.next, SECONDS_TO_CONFIRM))),
  },
  {
    name: "rollback of the first apply",
    verb: "rollback",
    from: "unguarded",
    brings: "shut",
    ends: "none",
    prepare: async (setting) => {
      await applied(setting, setting.shut, SECONDS);
      return { kind: "guard" };
    },
  },
  {
    name: "rollback to old rules",
    verb: "rollback",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async (setting) => {
      await applied(setting, setting.shut, SECONDS);
      return { kind: "guard" };
    },
  },
  {
    name: "rollback to a table without records",
    verb: "rollback",
    from: "guarded",
    brings: "shut",
    ends: "old",
    isStray: true,
    prepare: async (setting) => {
      await setting.host.run("rm -rf /var/lib/portknock");
      await applied(setting, setting.shut, SECONDS);
      return { kind: "guard" };
    },
  },
  {
    name: "timer behind a confirm that died",
    verb: "rollback",
    from: "guarded",
    brings: "next",
    ends: "new",
    prepare: async (setting) => {
      const attempt = await applied(setting, setting.next, SECONDS_TO_CONFIRM);
      await setting.host.run(
        `cd /var/lib/portknock; ln -sfn /var/lib/portknock/generations/${attempt} it; mv -T it confirmed`,
      );
      return { kind: "guard" };
    },
  },
  {
    name: "remove",
    verb: "remove",
    from: "guarded",
    brings: "next",
    ends: "none",
    mayEnd: "old",
    prepare: async ({ next }) => verb("remove", next.payload.input),
  },
  {
    name: "remove of what nobody confirmed",
    verb: "remove",
    from: "unguarded",
    brings: "next",
    ends: "none",
    prepare: async (setting) => {
      await applied(setting, setting.next, SECONDS);
      return verb("remove", setting.next.payload.input);
    },
  },
  {
    name: "remove of an adoption that nobody confirmed",
    verb: "remove",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async (setting) => {
      const adopt = setting.next.payload.owner;
      const adopter = payloadOf(setting.profile, { services: { ssh: SSH }, owner: { stack: "prod" }, adopt });
      await runWell(setting.host, "apply", hasty(adopter, SECONDS));
      return verb("remove", adopter.input);
    },
  },
  {
    name: "status",
    verb: "status",
    from: "guarded",
    brings: "next",
    ends: "old",
    prepare: async ({ next }) => verb("status", scriptOf(next)),
  },
  {
    name: "status of a candidate",
    verb: "status",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async (setting) => {
      await applied(setting, setting.shut, SECONDS);
      return verb("status", scriptOf(setting.shut));
    },
  },
  {
    name: "status after an upgrade of nft",
    verb: "status",
    from: "guarded",
    brings: "next",
    ends: "old",
    prepare: async ({ host, next }) => {
      await host.run("echo 0.9.9 >/var/lib/portknock/confirmed/nft-version");
      return verb("status", scriptOf(next));
    },
  },
];

/** The host script alone, as the probe sends it. */
function scriptOf({ payload }: Rules): string {
  return sentScript(payload.input);
}

export function payloadOf(
  profile: ProfileName,
  options: Parameters<typeof hostPayload>[0] = {},
): HostPayload {
  const baseline = { traps: ["23"], exceptNetworks: ["10.77.0.0/16", "fd77::/32"] };
  return hostPayload({ ...options, ...(profile === "baseline" && { policy: { baseline } }) });
}
