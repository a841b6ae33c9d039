import type { Addresses } from "../../../../lab/network";
import { type PacketText, toRawPacket } from "../rawPacket";
import type { AddressedPacket } from "../startPackets";

export interface SourcedPacket {
  readonly from: string;
  readonly packet: PacketText;
}

/** As it is sent to a host, or to all hosts of its network. */
export function addressPacket(host: Addresses, { from, packet }: SourcedPacket): AddressedPacket {
  const raw = toRawPacket(packet);
  const isToAll = "isMulticast" in raw && raw.isMulticast;
  const to = "to" in raw && from.includes(":") ? raw.to?.replace(/.{4}(?=.)/g, "$&:") : undefined;
  return { ...raw, from, to: to ?? addressFor(isToAll ? ALL_HOSTS : host, from) };
}

/** A station's address of the family of another one. */
export function addressFor({ address4, address6 }: Addresses, other: string): string {
  return other.includes(":") ? address6 : address4;
}

const ALL_HOSTS: Addresses = { address4: "224.0.0.1", address6: "ff02::1" };
