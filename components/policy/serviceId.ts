/**
 * The number under which a service's admitted sources are kept in the kernel: a hash of its name, so that it
 * never shifts when services come and go, and an open window is carried over to the same service or to none.
 * Two 16-bit halves from 1 to 65534: nft prints a handle with an empty half in several ways, 0 as `none` and
 * ffff:ffff as `root`.
 */
export function serviceId(name: string): string {
  const hash = fnv1a(name);
  return [hash >>> 16, hash & 0xffff].map((half) => ((half % 0xfffe) + 1).toString(16)).join(":");
}

/** FNV-1a, 32 bits, over UTF-16 code units; names are ASCII. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
