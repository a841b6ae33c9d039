import type { Policy, Service } from "./policy";
import type { Opener } from "./sequenceId";

type Openings<K> = Pick<Policy<K>, "services" | "knockers">;

/** The services that somebody's sequence opens: the service itself, then those that share it; or those of a knocker. */
export function openedBy<K>(
  { kind, name: owner }: Opener,
  { services, knockers }: Openings<K>,
): readonly Service<K>[] {
  if (kind === "knocker") {
    const opened = knockers.find(({ name }) => name === owner)?.services ?? [];
    return services.filter(({ name }) => opened.includes(name));
  }
  return [
    ...services.filter(({ name }) => name === owner),
    ...services.filter(({ opening }) => opening.kind === "shared" && opening.sequenceOf === owner),
  ];
}

/** When somebody's access ends, in seconds since 1970; 0 for never, as that of who knows a service's sequence. */
export function endOf<K>({ kind, name: owner }: Opener, { knockers }: Pick<Policy<K>, "knockers">): number {
  return kind === "knocker" ? (knockers.find(({ name }) => name === owner)?.until ?? 0) : 0;
}
