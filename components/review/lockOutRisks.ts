import type { Sides } from "./change";
import type { FactIndex } from "./factIndex";
import { portFate } from "./portFate";

const SSH = "22/tcp";

/** What may shut out Pulumi, or the people who run the hosts, in words. */
export function lockOutRisks(sides: Sides, rotated: readonly string[]): readonly string[] {
  return sshPorts(sides.after).flatMap((port) => risksOf(port, sides, rotated));
}

function risksOf(port: string, { before, after }: Sides, rotated: readonly string[]): readonly string[] {
  const [was, is] = [portFate(before, port), portFate(after, port)];
  const allowed = after.all("allow");
  const lost = before.all("allow").filter((network) => !allowed.includes(network));
  const risks: string[] = [];
  if (is.kind === "closed" && was.kind !== "closed") {
    risks.push(`${port} becomes closed to everybody: nobody gets in over SSH, Pulumi neither`);
  }
  if (is.kind === "restricted" && was.kind !== "restricted") {
    risks.push(`${port} is open to ${is.from.join(", ")} only`);
  }
  if (is.kind === "restricted" && was.kind === "restricted") {
    const gone = was.from.filter((network) => !is.from.includes(network));
    risks.push(...gone.map((network) => `${network} does not reach ${port} any more`));
  }
  if (is.kind === "guarded" && was.kind !== "guarded") {
    risks.push(
      `${port} becomes guarded by ${is.by}: only ${allowed.length === 0 ? "who knocks" : `${allowed.join(", ")} and who knocks`} gets in`,
    );
  }
  if (is.kind === "guarded" && was.kind === "guarded") {
    risks.push(
      ...lost.map(
        (network) =>
          `${network} leaves allow while ${is.by} guards ${port}: who connects from there must knock`,
      ),
    );
    const opener = after.one(`services.${is.by}.sequenceOf`) ?? is.by;
    if (rotated.includes(opener)) {
      risks.push(`${port} opens to another sequence: hand it out before this is applied`);
    }
  }
  return [...risks, ...martianRisks({ before, after })];
}

/** A baseline drops private sources, unless they are excepted. */
function martianRisks({ before, after }: Sides): readonly string[] {
  if (after.one("profile") !== "baseline") {
    return [];
  }
  const path = "baseline.exceptNetworks";
  const gone = before.all(path).filter((network) => !after.all(path).includes(network));
  return before.one("profile") === "baseline"
    ? gone.map(
        (network) => `${network} is a martian again: who comes from there is dropped, but for guarded ports`,
      )
    : ["the new baseline drops private networks that neither allow nor baseline.exceptNetworks has"];
}

/** The ports through which Pulumi reaches the hosts; SSH's own where the policy does not say. */
function sshPorts(facts: FactIndex): readonly string[] {
  const ports = facts.paths
    .filter((path) => path.startsWith("hosts."))
    .flatMap((path) => /^[^ ]*:(\d+)( via |$)/.exec(facts.one(path) ?? "")?.[1] ?? [])
    .map((port) => `${port}/tcp`);
  return ports.length === 0 ? [SSH] : [...new Set(ports)].toSorted();
}
