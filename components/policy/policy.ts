/** The transport of a port. */
export type Protocol = "tcp" | "udp";

export interface Port {
  readonly protocol: Protocol;
  readonly port: number;
}

/** One packet to one protocol and port that counts toward a sequence. */
export interface Knock extends Port {}

/** A knock of a sequence that each host draws for itself. */
export interface Undrawn {
  readonly protocol: "tcp";
  readonly port: "derived";
}

/** A knock as it is written for a fleet. */
export type WrittenKnock = Knock | Undrawn;

/** The ports `from` to `to` of one protocol, both ends included. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

/** A network in canonical form: no host bits, address as inet_ntop(3) prints it. */
export interface Network {
  readonly family: 4 | 6;
  readonly cidr: string;
}

/** `window`: as many connections as a knocker starts while its access window is open. `once`: a single one. */
export type Access = "window" | "once";

/** What a guarded port answers to who is not admitted: as a closed port does, or nothing. */
export type GuardedAnswer = "reject" | "drop";

/** What happens to new packets that the host would forward. */
export type Forward = "accept" | "drop" | "reject";

/** How much of an address makes a source. Shorter prefixes admit the knocker's whole network. */
export interface Identity {
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

/**
 * A guarded service: its ports are closed to everybody who has not completed a sequence that opens it.
 *
 * @typeParam K what is known of a knock: all of it, or as in an outline its protocol alone
 */
export interface Service<K = Knock> {
  readonly name: string;
  readonly ports: readonly PortRange[];
  readonly opening: Opening<K>;
  readonly accessWindowSeconds: number;
  readonly access: Access;
  /** The longest silence after which a source's flows go on that connection tracking does not know. 0 for none. */
  readonly flowTimeoutSeconds: number;
}

/** What admits to a service beside its knockers: a sequence of its own, or the one of another service, which then opens both. */
export type Opening<K = Knock> = OwnOpening<K> | SharedOpening | KnockersOnly;

export interface OwnOpening<K = Knock> {
  readonly kind: "own";
  readonly sequence: readonly K[];
  readonly knockTimeoutSeconds: number;
  /** Revokes the knocker's own access, also to the services that share the sequence. Empty for none. */
  readonly closeSequence: readonly K[];
  /** Whether the sequence takes its knocker off the blacklist too. */
  readonly unbans: boolean;
}

export interface SharedOpening {
  readonly kind: "shared";
  readonly sequenceOf: string;
}

/** Nothing: its knockers alone open it. */
export interface KnockersOnly {
  readonly kind: "knockers";
}

/** What a knocker opens his services with. */
export type KnockerOpening<K = Knock> = OwnOpening<K> | TokenOpening<K>;

/** Single packets that open once each. */
export interface TokenOpening<K = Knock> extends Omit<OwnOpening<K>, "kind" | "sequence"> {
  readonly kind: "token";
  /** What tokens are made of, as hexadecimal digits. Secret; an outline has none. */
  readonly secret: string;
}

/** Somebody, or something, that knocks: the windows that he opens are his. */
export interface Knocker<K = Knock> {
  readonly name: string;
  /** The names of the services that he may open, sorted. */
  readonly services: readonly string[];
  readonly opening: KnockerOpening<K>;
  /** When his access ends, in seconds since 1970; 0 for never. */
  readonly until: number;
}

/** `guard`: the table only takes away. `baseline`: it is the whole firewall of the host. */
export type Profile<K = Knock> = { readonly kind: "guard" } | ({ readonly kind: "baseline" } & Baseline<K>);

/** A host firewall: what is not guarded, open or needed to stay on the network gets the guarded answer. */
export interface Baseline<K = Knock> {
  /** Echo requests that are answered: of everybody together, at this rate. */
  readonly ping: Ping;
  /** How long a source stays on the blacklist after its last packet. */
  readonly blacklistSeconds: number;
  /** SYNs a second from one source that are not taken for a flood. */
  readonly synsPerSecond: number;
  /** Whoever touches them is blacklisted. */
  readonly traps: readonly PortRange[];
  /** Networks that are no martians on this host. */
  readonly exceptNetworks: readonly Network[];
  readonly openPortsFrom: readonly RestrictedPorts[];
  readonly forward: Forward;
  /** Takes its knocker off the blacklist and opens nothing. Empty for none. */
  readonly unbanSequence: readonly K[];
  readonly unbanKnockTimeoutSeconds: number;
}

export interface Ping {
  readonly perSecond: number;
  readonly burst: number;
  /** Who is answered; empty for everybody. */
  readonly from: readonly Network[];
}

/** Ports that are open to some sources only. */
export interface RestrictedPorts {
  readonly ports: readonly PortRange[];
  readonly from: readonly Network[];
}

/** What the kernel writes to its log. All off unless asked for. */
export interface Log {
  /** An admitted source opened a connection. */
  readonly admissions: boolean;
  /** A knock led to a stage: such a line shows a port of the sequence. */
  readonly stages: boolean;
  /** Somebody who is not admitted tried a guarded port. */
  readonly refusals: boolean;
  readonly linesPerMinute: number;
}

/** What one host is to do: validated, every default filled, sorted so that key order never shows. */
export type Policy<K = Knock> = RulesPart<K> & ManifestPart & ProgramPart;

/** What the hosts of a fleet are to do: what all have in common, and what only some have. */
export type Fleet<K> = Policy<K> & FleetPart;

/** The same before each host has drawn sequences of its own: `hostPolicy` does that. */
export type FleetPolicy = Fleet<WrittenKnock>;

/** What not all hosts have. `differences.ts` says what comes of it on one host. */
export interface FleetPart {
  /** Sorted by name. */
  readonly groups: readonly Group[];
  /** What hosts have of their own, sorted by host. A host with nothing of its own is not among them. */
  readonly ownDifferences: readonly OwnDifference[];
}

/** Hosts that have something in common that others do not have. */
export interface Group extends Difference {
  readonly name: string;
  /** Their names, sorted. */
  readonly hosts: readonly string[];
}

/** What one host has of its own. */
export interface OwnDifference extends Difference {
  readonly host: string;
}

/** In what some hosts differ from others. */
export interface Difference {
  /** The names of the services that they have, sorted; empty for those that they would have without. */
  readonly services: readonly string[];
  /** All of these beside what they would have without. The last two of a baseline. */
  readonly allow: readonly Network[];
  readonly openPorts: readonly PortRange[];
  readonly exceptNetworks: readonly Network[];
  readonly openPortsFrom: readonly RestrictedPorts[];
}

/** What the ruleset of a host shows. */
export interface RulesPart<K = Knock> {
  readonly services: readonly Service<K>[];
  readonly knockers: readonly Knocker<K>[];
  readonly allow: readonly Network[];
  readonly openPorts: readonly PortRange[];
  /** What guarded ports answer, and under a baseline every closed port: so that they are alike. */
  readonly guardedAnswer: GuardedAnswer;
  readonly identity: Identity;
  readonly profile: Profile<K>;
  readonly log: Log;
  /** Sorted by host. In the policy of one host, its own alone. */
  readonly tokenNetworks: readonly TokenNetwork[];
}

/** A /64 that is routed to a host: an address in it may be a token. */
export interface TokenNetwork {
  /** By its name in the program. */
  readonly host: string;
  readonly network: Network;
}

/** What no rule shows: the manifest says it, or a change of it would reach no host. */
export interface ManifestPart {
  /** How long a host waits for the second connection before it puts its old rules back. */
  readonly rollbackSeconds: number;
}

/** What no host has to know. */
export interface ProgramPart {
  /** The knocker as whom the program knocks where Pulumi's own way is guarded; empty for none. */
  readonly deployer: string;
  /** What each host draws its sequences from, as hexadecimal digits; empty for none. Secret; an outline has none. */
  readonly derive: string;
  readonly rollout: Rollout;
}

/** In which order hosts are touched. */
export interface Rollout {
  /** The names of those that come first, sorted. */
  readonly canaries: readonly string[];
  /** How many of the others come at a time; 0 for all of them. */
  readonly batch: number;
}

/** How a host sees the deployer's connection: behind address translation only the host knows. */
export interface Deployer {
  readonly address: string;
  readonly port: number;
  /** Who is admitted there at that moment: the deployer may be one of them. */
  readonly admissions: readonly Admission[];
  /** Nothing where the host's rules have none. */
  readonly tokens?: TokenSupply;
}

/** What a host has of tokens, all times in seconds since 1970. */
export interface TokenSupply {
  /** What time it was there. */
  readonly clock: number;
  readonly filled: readonly FilledTokens[];
}

export interface FilledTokens {
  readonly knocker: string;
  /** Of the secret that they are made of. */
  readonly fingerprint: string;
  readonly from: number;
  /** 0 where there are none. */
  readonly to: number;
}

/** An open access window on a host. */
export interface Admission {
  readonly service: string;
  /** The knocker who opened it; none where a sequence of the service did, or rules without knockers do not say. */
  readonly opener?: string;
  /** The source's first address, as the host's rules cut it. */
  readonly source: string;
  readonly secondsLeft: number;
}

/** How the deployer reaches a host, and no key: what is known of each SSH server on the way is a `P`. */
export interface Reach<P = Endpoint> {
  readonly name: string;
  readonly place: P;
  readonly proxy?: P;
}

/** A place to connect to. Behind a proxy, an address means what it means to the proxy. */
export interface Endpoint {
  /** An address or a host name. */
  readonly address: string;
  readonly port: number;
}

/** The same, and as whom to log in there. */
export interface Login extends Endpoint {
  readonly user: string;
}

/** What is left of something of which every field was taken: one that somebody adds does not compile there. */
export type Nothing = Readonly<Record<string, never>>;
