import type { LabHost, Station } from "../../../lab";
import type { Bytes } from "./probes/frames";

/** The hardware address of a place's interface, in hexadecimal without colons. */
export async function hardwareAddress(place: LabHost | Station): Promise<string> {
  const command = "ip -o link show dev eth0";
  const { stdout } = "boot" in place ? await place.run(command) : await place.run(["sh", "-c", command]);
  const [, address = ""] = /link\/ether (\S+)/.exec(stdout) ?? [];
  return address.replaceAll(":", "");
}

/** A packet as a frame, in hexadecimal. */
export function toFrame(packet: Bytes, from: string, to: string): string {
  const type = (packet[0] ?? 0) >> 4 === 6 ? "86dd" : "0800";
  return `${to}${from}${type}${Buffer.from(packet).toString("hex")}`;
}
