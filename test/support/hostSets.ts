import type { LabHost } from "../../lab";
import { toSeconds } from "./packets/scripts/kernelKnowledge";

/** The elements of a set of our table as nft prints them, sorted: `10.77.0.101 timeout 1h expires 59m58s123ms`. */
export async function elementsOf(host: LabHost, set: string): Promise<readonly string[]> {
  const { stdout } = await host.run(
    `nft list set inet portknock ${set} || nft list map inet portknock ${set}`,
  );
  const [, elements = ""] = /elements = \{([^}]*)\}/.exec(stdout) ?? [];
  return elements
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "")
    .toSorted();
}

/** For how many more seconds the first element of a set stays; 0 when it has none. */
export async function readSecondsLeft(host: LabHost, set: string): Promise<number> {
  const [first = ""] = await elementsOf(host, set);
  return toSeconds(/ expires (\w+)/.exec(first)?.[1] ?? "");
}
