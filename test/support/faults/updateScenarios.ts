import { hasty, type Run, verbRun } from "./faultHost";
import { applied, confirming, type Rules, type Scenario } from "./setting";

/** For a rollback timer: long enough for what comes next to be in time on a busy machine. */
const SECONDS = 4;
const SECONDS_TO_CONFIRM = 8;

const applyOf = (rules: Rules): Run => verbRun("apply", hasty(rules.payload, SECONDS));

/** Updates, and what comes of those that nobody confirms. */
export const UPDATES: readonly Scenario[] = [
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
    prepare: async ({ changed }) =>
      verbRun("apply", changed({ edit: (ruleset) => ruleset.replace(/\bsaddr\b/, "sadder") }).input),
  },
  {
    name: "apply of another owner",
    verb: "apply",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async ({ changed }) => verbRun("apply", changed({ owner: { stack: "prod" } }).input),
  },
  {
    name: "confirm, the first",
    verb: "confirm",
    from: "unguarded",
    brings: "next",
    ends: "new",
    mayEnd: "none",
    prepare: async (setting) =>
      verbRun("confirm", confirming(setting.next, await applied(setting, setting.next, SECONDS_TO_CONFIRM))),
  },
  {
    name: "confirm over old rules",
    verb: "confirm",
    from: "guarded",
    brings: "next",
    ends: "new",
    mayEnd: "old",
    prepare: async (setting) =>
      verbRun("confirm", confirming(setting.next, await applied(setting, setting.next, SECONDS_TO_CONFIRM))),
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
];
