import { z } from "zod";
import { serviceId } from "../../../../components/policy/serviceId";
import type { NamedSet, Ruleset } from "../../../../components/ruleset/ruleset";
import type { LabClient } from "../../../../lab";
import { waitUntil } from "../../../../lab/waitUntil";

const listing = z.object({
  nftables: z.array(z.object({ set: counted().optional(), map: counted().optional() })),
});

/** The sets that packets of any source can fill. */
export function sourceSets({ sets }: Ruleset): readonly NamedSet[] {
  return sets.filter(({ flags }) => flags.includes("dynamic") && flags.includes("timeout"));
}

/** The same ruleset with room for so many elements in each of them. */
export function withSetSizes(ruleset: Ruleset, size: number): Ruleset {
  const small = sourceSets(ruleset);
  return { ...ruleset, sets: ruleset.sets.map((set) => (small.includes(set) ? { ...set, size } : set)) };
}

/** How many elements the sets hold, by name. */
export async function countElements(
  station: LabClient,
  sets: readonly NamedSet[],
): Promise<Readonly<Record<string, number>>> {
  const outputs = await Promise.all(
    ["sets", "maps"].map(async (kind) => (await station.run(["nft", "-j", "list", kind])).stdout),
  );
  const objects = outputs.flatMap((text) => listing.parse(JSON.parse(text)).nftables);
  const counts = new Map(
    objects.flatMap(({ set, map }) => {
      const object = set ?? map;
      return object === undefined ? [] : [[object.name, object.elem.length] as const];
    }),
  );
  return Object.fromEntries(sets.map(({ name }) => [name, counts.get(name) ?? 0]));
}

/** Fills the sets to their size with sources that send nothing. */
export async function fillSets(
  station: LabClient,
  sets: readonly NamedSet[],
  service: string,
): Promise<void> {
  const counts = await countElements(station, sets);
  const commands = sets.map(({ name, keyType, valueType, size = 0 }) => {
    const elements = Array.from({ length: size - (counts[name] ?? 0) }, (_, index) => {
      const key = keyType.map((type) => fillers(type, index, service)).join(" . ");
      return `${key} timeout 1h${valueType === undefined ? "" : " : 0:1"}`;
    });
    return `add element inet portknock ${name} { ${elements.join(", ")} }`;
  });
  const input = `${commands.join("\n")}\n`;
  // What packets have deleted takes up its place until it is collected: about a second.
  const hasRoom = async () => (await station.run(["nft", "-f", "-"], { input, check: false })).exitCode === 0;
  await waitUntil(hasRoom, 10, () => "the sets cannot be filled");
}

function fillers(type: string, index: number, service: string): string {
  switch (type) {
    case "ipv4_addr":
      return `10.127.${index >>> 8}.${index & 255}`;
    case "ipv6_addr":
      return `fd7f::${index.toString(16)}`;
    case "classid":
      return serviceId(service);
    case "inet_proto":
      return "udp";
    case "inet_service":
      return `${50_000 + index}`;
    default:
      throw new Error(`no element of type ${type} is known here`);
  }
}

function counted() {
  return z.object({ name: z.string(), elem: z.array(z.unknown()).default([]) });
}
