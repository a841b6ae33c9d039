/**
 * The number under which the kernel keeps a knocker's tokens: 24 bits of the fingerprint of his secret, so that those of
 * a secret that he had before open nothing. Its last eight bits are left for the slot. No half of it is empty: nft prints
 * such handles in several ways.
 *
 * @param fingerprint of `tokenFingerprint`
 */
export function tokenId(fingerprint: string): string {
  const major = (Number.parseInt(fingerprint.slice(0, 4), 16) % 0xfffe) + 1;
  const minor = (Number.parseInt(fingerprint.slice(4, 6), 16) % 0xfe) + 1;
  return `${major.toString(16)}:${minor.toString(16)}00`;
}

/**
 * The number under which the kernel keeps up to which slot there are addresses. All of it tells networks and secrets apart;
 * its last eight bits are never empty, so that it is no `tokenId`.
 *
 * @param fingerprint of knocker, host and network
 */
export function addressesId(fingerprint: string): string {
  const last = (Number.parseInt(fingerprint.slice(6, 8), 16) % 0xff) + 1;
  return tokenId(fingerprint).replace(/00$/, `${last.toString(16)}`.padStart(2, "0"));
}
