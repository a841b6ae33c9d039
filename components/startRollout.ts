import type * as pulumi from "@pulumi/pulumi";
import type { HostFacts } from "./hostFacts";
import type { Wave } from "./policy/waves";
import { lastWords } from "./program/lastWords";
import { describeEndings, describeWave, type Rollout, rolloutOf } from "./program/rollout";
import { sayOf } from "./program/sayOf";

/**
 * Tells which wave begins, and at the end what became of each host, where there are waves or not all went well; nothing where
 * there was nothing to do.
 */
export function startRollout(
  firewall: pulumi.Resource,
  component: string,
  waves: readonly Wave[],
  facts: readonly Promise<HostFacts>[],
): Rollout {
  const hosts = waves.flatMap((wave) => wave.hosts);
  const list = (): string => ["rollout:", ...describeEndings(hosts, rollout.endings)].join("\n  ");
  const takeBack = waves.length > 1 ? lastWords(() => `${component}: ${list()}`) : () => {};
  const rollout = rolloutOf({
    component,
    waves,
    onBegin: async (wave) => {
      if (waves.length > 1 && (await hasChanges(facts))) {
        sayOf(firewall, "info", describeWave(waves, wave));
      }
    },
    onEnd: async () => {
      takeBack();
      const { endings } = rollout;
      const isFine = hosts.every((host) => endings.get(host) === "confirmed");
      const isTold = isFine ? waves.length > 1 && (await hasChanges(facts)) : endings.size > 0;
      if (isTold) {
        sayOf(firewall, isFine ? "info" : "warn", list());
      }
    },
  });
  return rollout;
}

/** Whether a host is not as it shall be, as far as anybody could ask. */
async function hasChanges(facts: readonly Promise<HostFacts>[]): Promise<boolean> {
  const known = await Promise.all(facts.map((each) => each.catch(() => undefined)));
  return known.some((each) => each?.observation.kind !== "inSync");
}
