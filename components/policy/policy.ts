/** The transport of a port. */
export type Protocol = "tcp" | "udp";

/** One packet to one protocol and port that counts toward a sequence. */
export interface Knock {
  readonly protocol: Protocol;
  readonly port: number;
}

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

/** How much of an address makes a source. Shorter prefixes admit the knocker's whole network. */
export interface Identity {
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

/** A guarded service: its ports are closed to everybody who has not completed its sequence. */
export interface Service {
  readonly name: string;
  readonly ports: readonly PortRange[];
  readonly sequence: readonly Knock[];
  readonly knockTimeoutSeconds: number;
  readonly accessWindowSeconds: number;
  readonly access: Access;
  /** Revokes the knocker's own access. Empty where the service has none. */
  readonly closeSequence: readonly Knock[];
}

/** What one host is to do: validated, every default filled, sorted so that key order never shows. */
export interface Policy {
  readonly services: readonly Service[];
  readonly allow: readonly Network[];
  readonly openPorts: readonly PortRange[];
  readonly guardedAnswer: GuardedAnswer;
  readonly identity: Identity;
  /** How long a host waits for the second connection before it puts its old rules back. */
  readonly rollbackSeconds: number;
}

/** How a host sees the deployer's connection: behind address translation only the host knows. */
export interface Deployer {
  readonly address: string;
  readonly port: number;
}

/** How the deployer reaches a host: what the lock-out check must know of a connection, and no more. */
export interface Reach {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly viaProxy: boolean;
}
