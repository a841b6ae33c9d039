import { hkdf } from "@noble/hashes/hkdf";
import { sha256 } from "@noble/hashes/sha2";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils";

/**
 * HKDF-SHA-256 (RFC 5869) without a salt: from one secret another one for each purpose, none of which says anything of
 * the others.
 *
 * @param secret hexadecimal digits
 * @param length in bytes
 */
export function derive(secret: string, purpose: string, length: number): Uint8Array {
  return hkdf(sha256, hexToBytes(secret), undefined, utf8ToBytes(purpose), length);
}
