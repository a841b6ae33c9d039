import type { Endpoint, Reach } from "../policy/policy";
import { unreachable } from "../policy/unreachable";

/** One SSH server on the way to a host: in full, or why it is not shown. */
export type Place =
  | (Endpoint & { readonly kind: "shown"; readonly user: string })
  | { readonly kind: "secret" }
  | { readonly kind: "notKnownYet" };

const VIA = " via ";

/** How a host is reached: `deploy@192.0.2.2:2222 via root@192.0.2.9:22`. */
export function printReach({ place, proxy }: Reach<Place>): string {
  return [place, ...(proxy === undefined ? [] : [proxy])].map(printPlace).join(VIA);
}

/** What `printReach` printed. */
export function readReach(name: string, text: string): Reach<Place> {
  const [place = "", proxy] = text.split(VIA);
  return { name, place: readPlace(place), ...(proxy !== undefined && { proxy: readPlace(proxy) }) };
}

const SECRET = "(secret)";
const NOT_KNOWN_YET = "(not known yet)";

function printPlace(place: Place): string {
  switch (place.kind) {
    case "shown": {
      const { user, address, port } = place;
      return `${user}@${address.includes(":") ? `[${address}]` : address}:${port}`;
    }
    case "secret":
      return SECRET;
    case "notKnownYet":
      return NOT_KNOWN_YET;
    default:
      return unreachable(place);
  }
}

/** Neither user nor address has a space; a user may have an @. */
function readPlace(text: string): Place {
  const [, user, bracketed, plain, port] = /^(.+)@(?:\[(.+)\]|([^@:]+)):(\d+)$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (user !== undefined && address !== undefined) {
    return { kind: "shown", user, address, port: Number(port) };
  }
  return { kind: text === SECRET ? "secret" : "notKnownYet" };
}
