import { randomInt } from "node:crypto";
import { slotAt, TOKENS_PER_SLOT, tokenOf } from "../tokens/token";

/**
 * Tokens of the slot that it is, in an order that no other client has, none of them twice while there are others.
 *
 * @param key hexadecimal digits, of `hostKey`
 */
export function freshTokens(key: string): () => string {
  let slot = -1;
  let left: readonly number[] = [];
  return () => {
    const current = slotAt(Date.now() / 1000);
    if (current !== slot || left.length === 0) {
      slot = current;
      left = Array.from({ length: TOKENS_PER_SLOT }, (_, counter) => counter);
    }
    const chosen = left[randomInt(left.length)] ?? 0;
    left = left.filter((counter) => counter !== chosen);
    return tokenOf(key, slot, chosen);
  };
}
