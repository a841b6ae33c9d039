import { slotAt, TOKENS_PER_SLOT, tokenOf } from "../../components/tokens/token";
import { ADDRESSES_PER_SLOT, addressOf } from "../../components/tokens/tokenAddress";
import { addressKey, hostKey, parseTokenSecret } from "../../components/tokens/tokenSecret";

/** The secret of the test vectors of docs/tokens.md. */
export const VECTOR_SECRET = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/** Every token of a knocker at a host of some slots, of that in which it is now without them. */
export function tokensOf(
  host: string,
  knocker: string,
  slots: readonly number[] = [slotNow()],
): readonly string[] {
  const secret = parseTokenSecret(VECTOR_SECRET);
  if (secret.kind === "refused") throw new Error("the secret of the tests is refused");
  const key = hostKey(secret.value, host, knocker);
  return slots.flatMap((slot) =>
    Array.from({ length: TOKENS_PER_SLOT }, (_, counter) => tokenOf(key, slot, counter)),
  );
}

/** The same of addresses. */
export function addressesOf(
  host: string,
  knocker: string,
  network: string,
  slots: readonly number[] = [slotNow()],
): readonly string[] {
  const key = addressKey(VECTOR_SECRET, host, knocker, network);
  return slots.flatMap((slot) =>
    Array.from({ length: ADDRESSES_PER_SLOT }, (_, counter) =>
      addressOf(key, { family: 6, cidr: network }, slot, counter),
    ),
  );
}

export function slotNow(): number {
  return slotAt(Date.now() / 1000);
}
