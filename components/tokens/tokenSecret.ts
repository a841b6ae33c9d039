import { bytesToHex } from "@noble/hashes/utils";
import { type Parsed, refused, value } from "../policy/parsed";
import { derive } from "./keyDerivation";

/** A key of fewer bytes could be guessed from one token that somebody overheard. */
const KEY_BYTES = 32;
const HEX = /^([0-9a-f]{2})+$/i;
/** RFC 4648, with either alphabet, padded or not. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * What a knocker's tokens are made of, or what is derived from: at least 32 random bytes, as hexadecimal digits or in base64.
 *
 * @returns its bytes as lower-case hexadecimal digits, however it was written
 */
export function parseTokenSecret(text: string): Parsed<string> {
  const written = text.trim();
  const hex = HEX.test(written) ? written.toLowerCase() : BASE64.test(written) ? hexOf(written) : undefined;
  if (hex === undefined) {
    return refused("is neither base64 nor hexadecimal digits", MAKE_ONE);
  }
  if (hex.length < 2 * KEY_BYTES) {
    return refused(`has fewer than ${KEY_BYTES} bytes`, MAKE_ONE);
  }
  return value(hex);
}

const MAKE_ONE = `give ${KEY_BYTES} random bytes, as "openssl rand -base64 ${KEY_BYTES}" prints them`;

/**
 * The key with which one host makes the tokens of one knocker: what root on a host reads there opens no other host.
 * HKDF-SHA-256 (RFC 5869) without a salt, of 32 bytes.
 *
 * @param secret hexadecimal digits, as `parseTokenSecret` returns them
 * @returns hexadecimal digits
 */
export function hostKey(secret: string, host: string, knocker: string): string {
  return bytesToHex(derive(secret, `portknock token ${host} ${knocker}`, KEY_BYTES));
}

/**
 * The secret of a knocker's tokens where it is derived: who has it can make those of nobody else.
 *
 * @param secret of `derive`, hexadecimal digits
 * @returns hexadecimal digits
 */
export function derivedTokenSecret(secret: string, knocker: string): string {
  return bytesToHex(derive(secret, `portknock token-secret ${knocker}`, KEY_BYTES));
}

/**
 * The same for addresses of a network that are tokens: a key of their own, so that what was overheard of one network says
 * nothing of another one, nor of packets' tokens.
 *
 * @param network in canonical form
 */
export function addressKey(secret: string, host: string, knocker: string, network: string): string {
  return bytesToHex(derive(secret, `portknock address ${host} ${knocker} ${network}`, KEY_BYTES));
}

/** What tells one secret of a knocker from another, and nothing of it. 16 hexadecimal digits. */
export function tokenFingerprint(secret: string, knocker: string): string {
  return bytesToHex(derive(secret, `portknock fingerprint ${knocker}`, 8));
}

/** Not every text of the alphabet is base64: no single digit is left over, and no spare bits. */
function hexOf(base64: string): string | undefined {
  const digits = base64.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  if (digits.length % 4 === 1) {
    return undefined;
  }
  const decoded = atob(digits);
  const isWhole = btoa(decoded).replace(/=+$/, "") === digits;
  return isWhole ? bytesToHex(Uint8Array.from(decoded, (byte) => byte.charCodeAt(0))) : undefined;
}
