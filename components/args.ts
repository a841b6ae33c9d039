import type { Input } from "@pulumi/pulumi";
import type { BaselineArgs, RestrictedPortsArgs } from "./baselineArgs";
import type { LogArgs } from "./logArgs";
import type { Access, GuardedAnswer } from "./policy/policy";
import type { RolloutArgs } from "./rolloutArgs";

/** The arguments of `PortKnockFirewall`. */
export interface PortKnockFirewallArgs {
  /** The fleet: host name → how to reach it. A name is part of resource names; letters, digits and dashes. */
  hosts: Record<string, HostArgs>;
  /**
   * What some hosts have in common that others do not have: name of the group → its hosts, and in what they differ. A host may be
   * in several. Letters, digits and dashes, 32 at most.
   *
   * @default none: hosts have the same, but for what one has of its own
   */
  groups?: Record<string, GroupArgs>;
  /**
   * In which order an update touches the hosts.
   *
   * @default as many at a time as the engine works on at once
   */
  rollout?: Input<RolloutArgs>;
  /** What is guarded: service name → ports and sequence. Letters, digits and dashes, 32 at most. */
  services: Record<string, ServiceArgs>;
  /**
   * Who knocks with a sequence of his own: name → what he may open. A window belongs to who opened it: taking a knocker
   * away, or a service from him, closes the windows that he opened and no others. Letters, digits and dashes, 32 at most,
   * and no name of a service.
   *
   * @default none: whoever knows the sequence of a service opens it
   */
  knockers?: Record<string, KnockerArgs>;
  /**
   * What sequences and tokens are derived from that are written as `derived`: 32 random bytes or more, as
   * `openssl rand -base64 32` prints them. Each host then has a sequence of its own for each service and knocker, and each
   * knocker a token of his own, so that what is overheard at one host, or read there, opens no other. Make it a secret:
   * `config.requireSecret("derive")`. How it is done, so that others can do it too: `docs/derive.md`.
   *
   * @default none: every sequence and token is written
   * @secret
   */
  derive?: Input<string>;
  /**
   * The name of a knocker as whom the program itself knocks, so that `pulumi up` runs from a machine with any address:
   * before it asks a host, and again until the host has confirmed. He must be able to open the service that guards the
   * port through which Pulumi connects, with an access window of `10s` or more and without `once`.
   *
   * @default none: where the SSH port is guarded, the deployer's address must be in `allow`, or come through a proxy
   */
  deployer?: Input<string>;
  /**
   * Addresses and networks that never knock, v4 and v6: `192.168.0.0/16`, `2001:db8::/32`, `192.0.2.7`.
   * Where the SSH port is guarded, the deployer's address must be here (or use a proxy that is), unless `deployer` knocks.
   *
   * @default none
   */
  allow?: Input<Input<string>[]>;
  /**
   * Ports that the hosts serve to everybody: `80`, `443/tcp`, `51820/udp`, `8000-8099`. A connection to one of
   * them is not a wrong knock. Under a baseline they are accepted, else they are left as they are.
   *
   * @default none
   */
  openPorts?: Input<Input<string>[]>;
  /**
   * What a guarded port answers to who is not admitted: `reject` as a closed port does, `drop` nothing. Choose what
   * this host's closed ports do, or the guarded ones stand out; under a baseline, closed ports follow this choice.
   *
   * @default "reject"
   */
  guardedAnswer?: Input<GuardedAnswer>;
  /**
   * How much of an address makes a source.
   *
   * @default whole addresses: 32 bits of IPv4, 128 of IPv6
   */
  identity?: Input<IdentityArgs>;
  /**
   * Makes the table the whole firewall of the hosts: what is neither guarded, open nor needed to stay on the network
   * is closed. `{}` takes every default. The port through which Pulumi connects must be guarded or open.
   *
   * @default none: the table only takes away, beside whatever firewall there is
   */
  baseline?: Input<BaselineArgs>;
  /**
   * What the kernel writes to the log of the hosts.
   *
   * @default nothing
   */
  log?: Input<LogArgs>;
  /**
   * How long a host waits, after new rules were loaded, for Pulumi's second connection before it puts its old
   * rules back: `5s` to `10m`.
   *
   * @default "60s"
   */
  rollbackTimeout?: Input<string>;
}

/** In what some hosts of a fleet differ from others. `docs/fleets.md` says what a host has in the end. */
export interface DifferenceArgs {
  /**
   * The names of the services that they have, at least one. What a host itself says takes the place of what its groups say.
   *
   * @default all services
   */
  services?: Input<Input<string>[]>;
  /**
   * Addresses and networks that never knock there, beside `allow`.
   *
   * @default none
   */
  allow?: Input<Input<string>[]>;
  /**
   * Ports that they serve to everybody, beside `openPorts`.
   *
   * @default none
   */
  openPorts?: Input<Input<string>[]>;
  /**
   * Networks that these hosts are on, beside `baseline.exceptNetworks`. Needs a baseline.
   *
   * @default none
   */
  exceptNetworks?: Input<Input<string>[]>;
  /**
   * Ports that are open there to some sources only, beside `baseline.openPortsFrom`. Needs a baseline.
   *
   * @default none
   */
  openPortsFrom?: Input<Input<RestrictedPortsArgs>[]>;
}

/** Hosts that have something in common that others do not have. */
export interface GroupArgs extends DifferenceArgs {
  /** The names of the hosts that are in it. */
  hosts: Input<Input<string>[]>;
}

/** One host of the fleet, and what it has of its own. */
export interface HostArgs extends DifferenceArgs {
  /** How to reach the host over SSH, as root or as a user with passwordless sudo. */
  connection: Input<ConnectionArgs>;
  /**
   * Takes the host over from another component or stack: its owner, `project/stack/component/host`, exactly as
   * the refusal prints it. Later applies do not need it.
   *
   * @default none: a host that belongs to another owner is refused
   */
  adopt?: Input<string>;
  /**
   * A /64 of IPv6 that is routed to the host, like `2001:db8:1:2::/64`, none that is on one of its links. Then an address in it
   * may be a token of a knocker who has one: `ssh $(portknock address web-1 …)` goes straight to an address that works once.
   * All of the network is the host's own then, and what listens on all its addresses is there too.
   *
   * @default none: no address is a token
   */
  tokenNetwork?: Input<string>;
}

/** One guarded service: with a `sequence` of its own, with `sequenceOf` another service that has one, or with `knockers`. */
export interface ServiceArgs {
  /** The guarded ports: `22`, `22/tcp`, `60000-61000/udp`. Without a protocol TCP. */
  ports: Input<Input<string>[]>;
  /**
   * The knock sequence: 2 to 16 ports in knocking order, from 1024 on and none of a common service, each with
   * an optional protocol, TCP without one: `7000,8000/udp,9000`. Make it a secret: `config.requireSecret("sshSequence")`.
   * `derived` is another one on each host, of four TCP knocks: see `derive`. So may every sequence be written.
   *
   * @default none: then `sequenceOf` is needed, or a knocker
   * @secret
   */
  sequence?: Input<string>;
  /**
   * The service whose sequence opens this one too. Such a service has ports, access and an access window of its own;
   * the other fields belong to the service that it names.
   *
   * @default none: then `sequence` is needed, or a knocker
   */
  sequenceOf?: Input<string>;
  /**
   * The longest gap to the next knock: `1s` to `5m`.
   *
   * @default "5s"
   */
  knockTimeout?: Input<string>;
  /**
   * How long new connections may be started once the sequence is complete: `1s` to `7d`. Connections that exist
   * go on after it; of UDP as long as connection tracking knows them, or `flowTimeout` says.
   *
   * @default "10s"
   */
  accessWindow?: Input<string>;
  /**
   * `window`: as many connections as the knocker starts while the window is open. `once`: the first one uses the
   * admission up.
   *
   * @default "window"
   */
  access?: Input<Access>;
  /**
   * The longest silence after which the UDP flows of a source go on without another knock: `1s` to `7d`. Who opened one
   * while admitted may go on with it, and with others to this service, until it has sent none of it a datagram for so
   * long. For WireGuard and mosh `1h` to `1d`; needs `window` where there are UDP ports. TCP sessions
   * that another table keeps from connection tracking go on in the same way.
   *
   * @default none: connection tracking's own, 30 s until the host has answered and 2 min after
   */
  flowTimeout?: Input<string>;
  /**
   * A second sequence that revokes the knocker's own access, also to the services that share the first one.
   * Connections that exist go on. Secret like the first.
   *
   * @default none
   * @secret
   */
  closeSequence?: Input<string>;
  /**
   * Whether the sequence takes its knocker off the blacklist too. Needs a baseline.
   *
   * @default false
   */
  unban?: Input<boolean>;
}

/** Somebody, or something, that knocks: with a `sequence`, or with single packets that a `token` makes. */
export interface KnockerArgs {
  /** The services that this knocker may open: one sequence, or one packet, opens all of them. */
  services: Input<Input<string>[]>;
  /**
   * The knocker's own sequence, as that of a service is written. Make it a secret: `config.requireSecret("alice")`.
   *
   * @default none: then `token` is needed
   * @secret
   */
  sequence?: Input<string>;
  /**
   * What single packets are made of that open these services once each: 32 random bytes or more, in base64 or as
   * hexadecimal digits, as `openssl rand -base64 32` prints them. Whoever overhears such a packet has nothing: it works
   * once, at one host, within ten minutes. `portknock token` makes them. No two knockers have the same. Make it a secret.
   * `derived` is one that is made from `derive`; the stack output `tokenSecrets` has it.
   *
   * @default none: then `sequence` is needed
   * @secret
   */
  token?: Input<string>;
  /**
   * The longest gap to the next knock: `1s` to `5m`.
   *
   * @default "5s"
   */
  knockTimeout?: Input<string>;
  /**
   * A second sequence that revokes access to these services for the address that it comes from. Connections that exist go
   * on. Secret like the first.
   *
   * @default none
   * @secret
   */
  closeSequence?: Input<string>;
  /**
   * Whether the sequence takes its knocker off the blacklist too. Needs a baseline.
   *
   * @default false
   */
  unban?: Input<boolean>;
  /**
   * When this access ends, as the host's clock says, without another update: `2027-01-31T18:00:00Z`. No window that this
   * knocker opens lasts longer.
   *
   * @default never
   */
  until?: Input<string>;
}

/** Admit and track by networks: for carrier-grade address translation, and for IPv6 privacy addresses. */
export interface IdentityArgs {
  /**
   * Bits of an IPv4 address, 16 to 32.
   *
   * @default 32
   */
  ipv4Prefix?: Input<number>;
  /**
   * Bits of an IPv6 address, 48 to 128. 64 admits the knocker's whole link.
   *
   * @default 128
   */
  ipv6Prefix?: Input<number>;
}

/** One SSH server: the host itself, or the proxy on the way to it. */
export interface ProxyConnectionArgs {
  /** Address or name; an IPv6 address without brackets. */
  host: Input<string>;
  /**
   * The TCP port of its SSH server.
   *
   * @default 22
   */
  port?: Input<number>;
  /**
   * Who logs in: root, or a user with passwordless sudo.
   *
   * @default "root"
   */
  user?: Input<string>;
  /**
   * Password of the user. Beside a private key, it is given where the server does not take the key.
   *
   * @default none
   * @secret
   */
  password?: Input<string>;
  /**
   * The text of a private key, ed25519, ECDSA or RSA: in OpenSSH, PKCS#1 or SEC1 form, encrypted or not, or in PKCS#8
   * form, not encrypted. It takes preference over the password.
   *
   * @default none
   * @secret
   */
  privateKey?: Input<string>;
  /**
   * What the private key is encrypted with; only for one that is.
   *
   * @default none
   * @secret
   */
  privateKeyPassword?: Input<string>;
  /**
   * Socket of an SSH agent. One that is named must listen, even where a private key is given; its keys are tried where
   * none is.
   *
   * @default SSH_AUTH_SOCK of the environment
   */
  agentSocketPath?: Input<string>;
  /**
   * The host's public key, ed25519 or ECDSA: `ssh-ed25519 AAAA…`, or a line as `ssh-keyscan` prints it. Without one the
   * host's identity is not checked at all.
   *
   * @default none
   */
  hostKey?: Input<string>;
  /**
   * How many failed dials are tried again, with pauses that grow from a tenth of a second to five: -1 to 1000. 0 is one
   * dial, 10 are 11 seconds of pauses, 20 a minute, -1 is without end. A machine that boots in the same update needs 20
   * or -1; a wrong key or password is tried as often, which some servers punish.
   *
   * @default 2
   */
  dialErrorLimit?: Input<number>;
  /**
   * Longest time for one dial, in seconds: 0 to 3600. 0 is as long as the machine's own network waits.
   *
   * @default 10
   */
  perDialTimeout?: Input<number>;
}

/** How Pulumi reaches a host over SSH: the fields of `@pulumi/command`'s remote connection. */
export interface ConnectionArgs extends ProxyConnectionArgs {
  /**
   * A bastion through which the host is reached.
   *
   * @default none
   */
  proxy?: Input<ProxyConnectionArgs>;
}
