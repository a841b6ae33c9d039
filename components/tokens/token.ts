import { hmac } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils";

/** How long a slot is. Slots are counted from 1970, so that a host and its knockers agree without a word. */
export const SLOT_SECONDS = 600;

/** How far the clock of a knocker may be off: a token lives from so long before its slot to so long after it. */
export const SKEW_SECONDS = 120;

/**
 * How many tokens there are at least for each slot, with the counters from 0: two clients with one secret that both choose
 * at random seldom meet.
 */
export const TOKENS_PER_SLOT = 8;

/** How many more a host has room and time for: of all knockers together, for one slot. */
const TOKENS_TOGETHER = 200;
const MOST_TOKENS_PER_SLOT = 64;

/** How many tokens each of so many knockers has for a slot: fewer knockers, more for each, up to 64. Always even. */
export function tokensPerSlot(knockers: number): number {
  const fitting = (count: number): boolean => count * knockers <= TOKENS_TOGETHER;
  let count = MOST_TOKENS_PER_SLOT;
  while (count > TOKENS_PER_SLOT && !fitting(count)) {
    count /= 2;
  }
  return count;
}

/** How far ahead a host fills its map. */
export const FILLED_SECONDS = 86_400;

/** A token has so many bytes. */
export const TOKEN_BYTES = 16;

/** The slot of a moment, in seconds since 1970. */
export function slotAt(seconds: number): number {
  return Math.floor(seconds / SLOT_SECONDS);
}

/** When a token of a slot works, in seconds since 1970; the end is the first moment at which it does not. */
export function lifeOf(slot: number): { readonly from: number; readonly to: number } {
  return { from: slot * SLOT_SECONDS - SKEW_SECONDS, to: (slot + 1) * SLOT_SECONDS + SKEW_SECONDS };
}

/**
 * A token: half of an HMAC-SHA-256 of the slot, ten decimal digits, and the number of the pair, three. Each HMAC makes
 * two tokens, so that a host has half the work.
 *
 * @param key hexadecimal digits, of `hostKey`
 * @param counter 0 to `TOKENS_PER_SLOT` - 1
 * @returns 32 hexadecimal digits
 */
export function tokenOf(key: string, slot: number, counter: number): string {
  const digest = hmac(sha256, hexToBytes(key), slotMessage(slot, counter >> 1));
  const half = (counter & 1) * TOKEN_BYTES;
  return bytesToHex(digest.subarray(half, half + TOKEN_BYTES));
}

/** What an HMAC is made of. */
export function slotMessage(slot: number, number: number): Uint8Array {
  return utf8ToBytes(`${slot}`.padStart(10, "0") + `${number}`.padStart(3, "0"));
}
