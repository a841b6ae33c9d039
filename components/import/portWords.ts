import type { PortRange, Protocol } from "../policy/policy";
import { parsePortRange, printPortRange } from "../policy/portRange";

/** Names in /etc/services of what is most often behind a knock. */
const PORT_NAMES: ReadonlyMap<string, number> = new Map([
  ["ssh", 22],
  ["http", 80],
  ["https", 443],
]);

/**
 * The ports of a text as firewalls write them: `22`, `22,443`, `60000:61000`, `60000-61000`, `ssh`.
 *
 * @returns nothing where one of them is no port
 */
export function parsePortWords(text: string, protocol: Protocol): readonly PortRange[] | undefined {
  const ranges = text.split(",").map((word) => {
    const port = PORT_NAMES.get(word.trim());
    const parsed = parsePortRange(`${port ?? word.trim().replace(":", "-")}/${protocol}`);
    return parsed.kind === "value" ? parsed.value : undefined;
  });
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length ? known : undefined;
}

/** The protocol of a word; nothing where it is neither of the two. */
export function parseProtocol(text: string): Protocol | undefined {
  const word = text.toLowerCase();
  return word === "tcp" || word === "udp" ? word : undefined;
}

/** As a text by which the same ports are known. */
export function printPorts(ports: readonly PortRange[]): string {
  return ports.map(printPortRange).join(",");
}

/** What a service is called that has no name: `tcp-22`, by its first port. */
export function portName([first]: readonly PortRange[]): string {
  return first === undefined ? "" : printPortRange(first).split("/").toReversed().join("-");
}
