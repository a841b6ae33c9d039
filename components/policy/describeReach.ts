/** One SSH server on the way to a host: in full, or why it is not shown. */
export type DescribedPlace =
  | { readonly kind: "shown"; readonly user: string; readonly address: string; readonly port: number }
  | { readonly kind: "secret" }
  | { readonly kind: "notKnownYet" };

/** How a host is reached: `deploy@192.0.2.2:2222 via root@192.0.2.9:22`. */
export function describeReach(place: DescribedPlace, proxy: DescribedPlace | undefined): string {
  return [place, ...(proxy === undefined ? [] : [proxy])].map(describePlace).join(" via ");
}

function describePlace(place: DescribedPlace): string {
  switch (place.kind) {
    case "shown": {
      const { user, address, port } = place;
      return `${user}@${address.includes(":") ? `[${address}]` : address}:${port}`;
    }
    case "secret":
      return "(secret)";
    case "notKnownYet":
      return "(not known yet)";
    default:
      return unknownKind(place);
  }
}

function unknownKind(place: never): never {
  throw new Error(`bug: unknown kind of place ${typeof place}`);
}
