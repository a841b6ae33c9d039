import { randomInt } from "node:crypto";
import { TOKENS_PER_SLOT, tokenOf } from "../components/tokens/token";
import { CommandError } from "./commandError";
import { printStretch } from "./printStretch";

/**
 * One of the tokens of a slot that every line of `tokenLines` can carry. By chance: another client, or an earlier run, may
 * have used one up, and nobody here knows which.
 *
 * @param key hexadecimal digits, of `hostKey`
 */
export function chooseToken(key: string, slot: number): string {
  const tokens = Array.from({ length: TOKENS_PER_SLOT }, (_, counter) => tokenOf(key, slot, counter));
  const writable = tokens.filter(isWritable);
  const chosen = writable[randomInt(Math.max(1, writable.length))];
  if (chosen === undefined) {
    // Once in 300 000 slots.
    const { utc } = printStretch(slot);
    throw new CommandError(1, [
      `no token that works from ${utc} can be typed; wait ten minutes, or let portknock knock send one`,
    ]);
  }
  return chosen;
}

/**
 * A name of a file ends at a zero byte. bash sends what stands up to a line feed as a datagram of its own. And where dig and
 * nslookup read international names, as they do on a terminal, a label of 16 escapes is one character too long for
 * them, so one byte must be a digit or a small letter, which needs none.
 */
function isWritable(token: string): boolean {
  const bytes = [...Buffer.from(token, "hex")];
  return !bytes.includes(0x00) && !bytes.includes(0x0a) && bytes.some(isPlain);
}

/** Capitals are not: who reads international names makes them small. */
export function isPlain(byte: number): boolean {
  return /[a-z0-9]/.test(String.fromCharCode(byte));
}
