import { hmac } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils";
import * as ipaddr from "ipaddr.js";
import type { Network } from "../policy/policy";
import { NETWORK_PREFIX } from "../policy/tokenNetwork";
import { slotMessage, TOKEN_BYTES } from "./token";

/** How many addresses each knocker has for a slot, with the counters from 0, however many knockers there are. */
export const ADDRESSES_PER_SLOT = 8;

const OWN_BYTES = TOKEN_BYTES - NETWORK_PREFIX / 8;
const IN_ONE_HMAC = 4;

/** How many HMACs make the addresses of a slot. */
export const ADDRESS_HMACS = ADDRESSES_PER_SLOT / IN_ONE_HMAC;

/**
 * An address that is a token: the network's bytes, then a quarter of an HMAC-SHA-256 of the slot and a number, as a packet's
 * token is half of one. The key is another one than theirs.
 *
 * @param key hexadecimal digits, of `addressKey`
 * @param network a /64 of IPv6
 * @param counter 0 to `ADDRESSES_PER_SLOT` - 1
 * @returns as inet_ntop(3) prints it
 */
export function addressOf(key: string, network: Network, slot: number, counter: number): string {
  const message = slotMessage(slot, Math.floor(counter / IN_ONE_HMAC));
  const digest = hmac(sha256, hexToBytes(key), message);
  const from = (counter % IN_ONE_HMAC) * OWN_BYTES;
  const digits = networkDigits(network) + bytesToHex(digest.subarray(from, from + OWN_BYTES));
  return ipaddr.fromByteArray([...hexToBytes(digits)]).toString();
}

/** What all addresses of the network begin with, as hexadecimal digits. */
export function networkDigits({ cidr }: Network): string {
  const [first] = ipaddr.parseCIDR(cidr);
  return bytesToHex(Uint8Array.from(first.toByteArray().slice(0, NETWORK_PREFIX / 8)));
}
