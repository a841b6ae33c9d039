import type { LabHost } from "../lab";
import { waitUntil } from "../lab/waitUntil";

const elementsOfTraffic = /(?<=\n\t\tflags [^\n]*\bdynamic\b[^}]*)\n\t\telements = \{[^}]*\}/g;
/** What was counted is kept for a day. */
const elementsThatCount = /elements = \{[^}]*\bcounter\b[^}]*\}/g;

/** The host's rules without what packets write into them. */
export async function readRules(host: LabHost): Promise<string> {
  return (await host.run("nft -s list ruleset")).stdout.replaceAll(elementsOfTraffic, "");
}

/** Resolves when the kernel has forgotten the last packets: from then on a listing says the same every time. */
export async function awaitQuiet(host: LabHost): Promise<void> {
  await waitUntil(
    async () => {
      const { stdout } = await host.run("nft list ruleset");
      return !stdout.replaceAll(elementsThatCount, "").includes(" expires ");
    },
    15,
    () => `${host.name}: nobody remembered`,
  );
}

/** The kernel gives every table that is loaded a new number. */
export async function readTableHandle(host: LabHost): Promise<string> {
  return (await host.run("nft -a list tables")).stdout.trim();
}

/** The addresses that may open new connections just now. */
export async function readAdmitted(host: LabHost): Promise<readonly string[]> {
  const { stdout } = await host.run("nft list set inet portknock pk_admitted4");
  return stdout.match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
}

export async function awaitNobodyAdmitted(host: LabHost, timeoutSeconds: number): Promise<void> {
  await waitUntil(
    async () => (await readAdmitted(host)).length === 0,
    timeoutSeconds,
    () => `${host.name}: nobody admitted`,
  );
}

/** Lines that only one of two texts has, marked as in a diff. */
export function differences(before: string, after: string): readonly string[] {
  const [old, recent] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !recent.includes(line)).map((line) => `- ${line}`),
    ...recent.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ].slice(0, 10);
}
