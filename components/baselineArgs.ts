import type { Input } from "@pulumi/pulumi";
import type { Forward } from "./policy/policy";

/** A whole host firewall around the guarded services. `docs/semantics.md` has the order in which packets meet it. */
export interface BaselineArgs {
  /**
   * Which echo requests are answered.
   *
   * @default everybody's, 1 a second
   */
  ping?: Input<PingArgs>;
  /**
   * How long a source stays on the blacklist after its last packet: `1s` to `30d`.
   *
   * @default "1h"
   */
  blacklistTime?: Input<string>;
  /**
   * SYNs a second from one source that are not taken for a flood: 1 to 100000. More blacklist it.
   *
   * @default 60
   */
  synsPerSecond?: Input<number>;
  /**
   * Ports that blacklist whoever touches them: `23`, `3389/tcp`, `161/udp`. No port of a sequence may be among them.
   *
   * @default none
   */
  traps?: Input<Input<string>[]>;
  /**
   * Networks that this host is on and that the internet does not route, such as `192.168.0.0/16` or `fd00::/8`:
   * other packets from private and reserved networks are dropped.
   *
   * @default none
   */
  exceptNetworks?: Input<Input<string>[]>;
  /**
   * Ports that are open to some sources only.
   *
   * @default none
   */
  openPortsFrom?: Input<Input<RestrictedPortsArgs>[]>;
  /**
   * What happens to new packets that the host would forward: `accept`, `drop` or `reject`. What it publishes itself
   * by rewriting destinations, as Docker does, is forwarded in any case.
   *
   * @default "drop"
   */
  forward?: Input<Forward>;
  /**
   * A knock sequence that takes its knocker off the blacklist and opens nothing. Secret like that of a service.
   *
   * @default none
   * @secret
   */
  unbanSequence?: Input<string>;
  /**
   * The longest gap to the next knock of `unbanSequence`: `1s` to `5m`.
   *
   * @default "5s"
   */
  unbanKnockTimeout?: Input<string>;
}

/** Echo requests that are answered. */
export interface PingArgs {
  /**
   * Answers a second, for everybody together: 1 to 10000.
   *
   * @default 1
   */
  perSecond?: Input<number>;
  /**
   * Answers at once after a pause: 1 to 10000.
   *
   * @default 4
   */
  burst?: Input<number>;
  /**
   * Addresses and networks that are answered, at least one.
   *
   * @default everybody
   */
  from?: Input<Input<string>[]>;
}

/** Ports that are open to some sources only. */
export interface RestrictedPortsArgs {
  /** The ports: `9100`, `53/udp`, `8000-8099`. Without a protocol TCP. */
  ports: Input<Input<string>[]>;
  /** Addresses and networks to which they are open, v4 and v6. Private ones must be in `exceptNetworks` too. */
  from: Input<Input<string>[]>;
}
