import type { LabClient } from "../../../lab";

/** Where nmap is to pretend to be, and whom it asks. */
export interface ScanEnds {
  readonly address: string;
  readonly hostAddress: string;
}

/** nmap's output, line by line. */
export async function nmap(
  client: LabClient,
  { address, hostAddress }: ScanEnds,
  options: readonly string[],
): Promise<readonly string[]> {
  const family = hostAddress.includes(":") ? ["-6"] : [];
  const fast = ["-n", "-Pn", "-T5", "--max-retries", "0", "-S", address, "-e", "eth0"];
  return (await client.run(["nmap", ...family, ...fast, ...options, hostAddress])).stdout.split("\n");
}

/** What nmap hears from one port, then its verdict, as far as they do not differ from scan to scan. */
export async function nmapAnswers(
  client: LabClient,
  ends: ScanEnds,
  kind: string,
  port: number,
): Promise<readonly string[]> {
  const lines = await nmap(client, ends, [...kind.split(" "), "-p", `${port}`, "--packet-trace", "--reason"]);
  const isAnswer = (line: string) => /^RCVD .* (TCP|ICMP) |^RCVD .*\(type=1\/|^\d+\/(tcp|udp)/.test(line);
  return lines.filter(isAnswer).map((line) =>
    line
      .replace(/^(RCVD) \(.*?\) /, "$1 ")
      .replace(/:\d+ > /, " > ")
      .replace(new RegExp(`${ends.address.replaceAll(".", "\\.")}(:\\d+)?`, "g"), "the scanner")
      .replace(/Port \d+ unreachable/, "Port unreachable")
      .replace(/^\d+(\/\w+ +\S+) +\S+/, "$1")
      // Counted or drawn at random; but the reset of an IPv6 packet has no flow label when nft sent it
      // (kernel 6.18), which nmap does not look at.
      .replace(/ (seq|flow)=\w+/g, "")
      .replace(/(ICMP.*) id=\d+/, "$1"),
  );
}
