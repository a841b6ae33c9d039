import { HOST_SCRIPT } from "../../../components/remote/envelope";
import { deliveryFor } from "../sentScript";
import { hasty, verbRun } from "./faultHost";
import { applied, runWell, type Scenario } from "./setting";

/** For a rollback timer: long enough for what comes next to be in time on a busy machine. */
const SECONDS = 4;

/** Tokens are made for two slots more than there are. */
const FILL_LONGER = `until=$(sh -s status | awk '$1 == "tokens" && $5 > until { until = $5 } END { print until }')
  ahead=$((until - $(date +%s) + 600))
  sed -i "s/^\\(tokens .*\\) [0-9]*$/\\1 $ahead/" /var/lib/portknock/confirmed/manifest`;

/** Removals, reports, fills and deliveries. */
export const OTHERS: readonly Scenario[] = [
  {
    name: "remove",
    verb: "remove",
    from: "guarded",
    brings: "next",
    ends: "none",
    mayEnd: "old",
    prepare: async ({ next }) => verbRun("remove", next.payload.input),
  },
  {
    name: "remove of what nobody confirmed",
    verb: "remove",
    from: "unguarded",
    brings: "next",
    ends: "none",
    prepare: async (setting) => {
      await applied(setting, setting.next, SECONDS);
      return verbRun("remove", setting.next.payload.input);
    },
  },
  {
    name: "remove of an adoption that nobody confirmed",
    verb: "remove",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async (setting) => {
      const adopter = setting.changed({ owner: { stack: "prod" }, adopt: setting.next.payload.owner });
      await runWell(setting.host, "apply", hasty(adopter, SECONDS));
      return verbRun("remove", adopter.input);
    },
  },
  {
    name: "status",
    verb: "status",
    from: "guarded",
    brings: "next",
    ends: "old",
    prepare: async () => verbRun("status", HOST_SCRIPT),
  },
  {
    name: "status of a candidate",
    verb: "status",
    from: "guarded",
    brings: "shut",
    ends: "old",
    prepare: async (setting) => {
      await applied(setting, setting.shut, SECONDS);
      return verbRun("status", HOST_SCRIPT);
    },
  },
  {
    name: "status after an upgrade of nft",
    verb: "status",
    from: "guarded",
    brings: "next",
    ends: "old",
    prepare: async ({ host }) => {
      await host.run("echo 0.9.9 >/var/lib/portknock/confirmed/nft-version");
      return verbRun("status", HOST_SCRIPT);
    },
  },
  {
    name: "fill of two slots",
    verb: "fill",
    deployer: "tokens",
    from: "guarded",
    brings: "next",
    ends: "old",
    prepare: async ({ host }) => {
      await host.run(FILL_LONGER, { input: HOST_SCRIPT });
      return verbRun("fill", HOST_SCRIPT);
    },
  },
  {
    name: "fill after a flush",
    verb: "fill",
    deployer: "tokens",
    from: "guarded",
    brings: "next",
    ends: "old",
    isEmptied: true,
    prepare: async ({ host }) => {
      await host.run("nft -f /etc/portknock/ruleset.nft");
      return verbRun("fill", HOST_SCRIPT);
    },
  },
  {
    name: "delivery of the host script",
    verb: "deliver",
    from: "guarded",
    brings: "next",
    ends: "old",
    prepare: async ({ next }) => verbRun("deliver", deliveryFor(next.payload.input)?.input ?? ""),
  },
];
