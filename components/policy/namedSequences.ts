import { groupBy } from "./groupBy";
import type {
  Knock,
  Knocker,
  KnockerOpening,
  Nothing,
  OwnOpening,
  Policy,
  Profile,
  Service,
  TokenOpening,
} from "./policy";
import { argumentPath, type Opener, openerPath, type SequenceId } from "./sequenceId";

/** A sequence together with what its last knock does. */
export type NamedSequence<K = Knock> = {
  readonly knocks: readonly K[];
  readonly knockTimeoutSeconds: number;
  readonly id: SequenceId;
  /** Where it is written, for messages: `services.ssh.closeSequence`. */
  readonly path: string;
} & Completion<K>;

export type Completion<K = Knock> =
  | (OfOpener<K> & Admission & { readonly action: "admit" })
  | (OfOpener<K> & { readonly action: "close" })
  | { readonly action: "unban" };

interface OfOpener<K = Knock> {
  readonly opener: Opener;
  readonly services: Opened<K>;
}

interface Admission {
  readonly unbans: boolean;
  /** When it stops to admit, in seconds since 1970; 0 for never. */
  readonly until: number;
}

/** What admits to services, whether a sequence does or a single packet. */
export type Admitting = OfOpener & Admission;

/** The services that a sequence opens: the one that it belongs to, then those that share it; or those of a knocker. */
export type Opened<K = Knock> = readonly [Service<K>, ...Service<K>[]];

/**
 * Every sequence of a policy. All of them share one trie, so the rules about sequences hold across them.
 * A field of an opening that somebody adds does not compile until it stands here, or is said to be none of it.
 */
export function namedSequences<K>({
  services,
  knockers,
  profile,
}: Pick<Policy<K>, "services" | "knockers" | "profile">): readonly NamedSequence<K>[] {
  const sharing = sharingServices(services);
  const ofServices = services.flatMap((service): readonly NamedSequence<K>[] => {
    const { opening, name } = service;
    return opening.kind === "own"
      ? sequencesOf(opening, { kind: "service", name }, 0, [service, ...(sharing.get(name) ?? [])])
      : [];
  });
  const byName = new Map(services.map((service) => [service.name, service]));
  return [
    ...ofServices,
    ...knockers.flatMap((knocker) => sequencesOfKnocker(knocker, byName)),
    ...unbanSequence(profile),
  ];
}

/** What single packets of a knocker open. */
export interface NamedToken<K = Knock> extends OfOpener<K>, Admission {
  readonly id: SequenceId;
  /** Where it is written, for messages: `knockers.alice.token`. */
  readonly path: string;
  /** Secret. */
  readonly secret: string;
}

/** Every knocker of a policy whose packets open once each. */
export function namedTokens<K>({
  services,
  knockers,
}: Pick<Policy<K>, "services" | "knockers">): readonly NamedToken<K>[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  return knockers.flatMap(({ name, services: opened, opening, until }): readonly NamedToken<K>[] => {
    const [first, ...further] = opened.flatMap((service) => byName.get(service) ?? []);
    if (opening.kind !== "token" || first === undefined) {
      return [];
    }
    const { kind, secret, unbans, knockTimeoutSeconds, closeSequence, ...others } = opening;
    others satisfies Nothing;
    const opener = { kind: "knocker", name } as const;
    return [
      {
        opener,
        services: [first, ...further],
        id: { kind: "admit", opener },
        path: `${openerPath(opener)}.token`,
        secret,
        unbans,
        until,
      },
    ];
  });
}

/** A field of a knocker that somebody adds does not compile until it stands here, or is said to be none of it. */
function sequencesOfKnocker<K>(
  knocker: Knocker<K>,
  byName: ReadonlyMap<string, Service<K>>,
): readonly NamedSequence<K>[] {
  const { name, services, opening, until, ...others } = knocker;
  others satisfies Nothing;
  const [first, ...further] = services.flatMap((service) => byName.get(service) ?? []);
  // Who may open nothing is refused, and nothing of his is looked at.
  return first === undefined
    ? []
    : sequencesOf(opening, { kind: "knocker", name }, until, [first, ...further]);
}

function sequencesOf<K>(
  opening: KnockerOpening<K>,
  opener: Opener,
  until: number,
  services: Opened<K>,
): readonly NamedSequence<K>[] {
  const { kind, knockTimeoutSeconds, closeSequence, unbans, ...secrets } = opening;
  secrets satisfies Pick<OwnOpening<K>, "sequence"> | Pick<TokenOpening, "secret">;
  const common = { opener, services, knockTimeoutSeconds };
  return [
    ...(opening.kind === "token"
      ? []
      : [
          {
            ...common,
            ...at({ kind: "admit", opener }),
            action: "admit" as const,
            knocks: opening.sequence,
            unbans,
            until,
          },
        ]),
    ...(closeSequence.length === 0
      ? []
      : [
          {
            ...common,
            ...at({ kind: "close", opener }),
            action: "close" as const,
            knocks: closeSequence,
          },
        ]),
  ];
}

/** Whose sequence it is, as rules and log lines name it. */
export function ownerName(sequence: NamedSequence): string {
  return sequence.action === "unban" ? "unban" : sequence.opener.name;
}

function at(id: SequenceId): Pick<NamedSequence, "id" | "path"> {
  return { id, path: argumentPath(id) };
}

function sharingServices<K>(services: readonly Service<K>[]): ReadonlyMap<string, readonly Service<K>[]> {
  const sharing = services.flatMap((service): readonly Sharing<K>[] => {
    if (service.opening.kind !== "shared") {
      return [];
    }
    const { kind, sequenceOf, ...others } = service.opening;
    others satisfies Nothing;
    return [{ service, sequenceOf }];
  });
  const groups = groupBy(sharing, ({ sequenceOf }) => sequenceOf);
  return new Map([...groups].map(([owner, group]) => [owner, group.map(({ service }) => service)]));
}

interface Sharing<K> {
  readonly service: Service<K>;
  readonly sequenceOf: string;
}

function unbanSequence<K>(profile: Profile<K>): readonly NamedSequence<K>[] {
  if (profile.kind === "guard" || profile.unbanSequence.length === 0) {
    return [];
  }
  return [
    {
      ...at({ kind: "unban" }),
      action: "unban",
      knocks: profile.unbanSequence,
      knockTimeoutSeconds: profile.unbanKnockTimeoutSeconds,
    },
  ];
}
