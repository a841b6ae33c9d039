import * as ipaddr from "ipaddr.js";

/** Who sent what was too big, and to whom: seen from those who are told about it. */
interface Flow {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly port: number;
}

/** A router's message that a datagram, an answer to the flow's, does not fit: for `RawMessage`, without checksums. */
export function tooBig({ from, fromPort, to, port }: Flow, mtu: number): string {
  const addresses = [to, from].flatMap((address) => ipaddr.parse(address).toByteArray());
  const datagram = [...word(port), ...word(fromPort), ...word(1408), ...word(0)];
  const bytes = from.includes(":")
    ? [2, 0, 0, 0, ...word(0), ...word(mtu), 0x60, 0, 0, 0, ...word(1408), 17, 64, ...addresses, ...datagram]
    : [
        ...[3, 4, 0, 0, ...word(0), ...word(mtu)],
        ...[0x45, 0, ...word(1428), ...word(1), 0x40, 0, 64, 17, ...word(0), ...addresses],
        ...datagram,
      ];
  return Buffer.from(bytes).toString("hex");
}

function word(value: number): readonly number[] {
  return [value >>> 8, value & 255];
}
