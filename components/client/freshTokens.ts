import { randomInt } from "node:crypto";
import { slotAt, TOKENS_PER_SLOT, tokenOf } from "../tokens/token";

/**
 * Tokens of the slot that it is, in an order that no other client has, none of them twice while there are others: first
 * those that every host has.
 *
 * @param key hexadecimal digits, of `hostKey`
 * @param count how many there are for a slot
 */
export function freshTokens(key: string, count: number = TOKENS_PER_SLOT): () => string {
  let slot = -1;
  let left: readonly number[] = [];
  return () => {
    const current = slotAt(Date.now() / 1000);
    if (current !== slot || left.length === 0) {
      slot = current;
      left = Array.from({ length: count }, (_, counter) => counter);
    }
    const sure = left.filter((counter) => counter < TOKENS_PER_SLOT);
    const among = sure.length > 0 ? sure : left;
    const chosen = among[randomInt(among.length)] ?? 0;
    left = left.filter((counter) => counter !== chosen);
    return tokenOf(key, slot, chosen);
  };
}
