import type { Baseline, Policy } from "../policy/policy";
import { trustSeconds } from "../policy/trust";
import { openRules } from "./openChains";
import {
  accept,
  drop,
  type Family,
  FOR_THIS_HOST,
  FORWARDED,
  familiesOf,
  goto,
  inSet,
  jump,
  match,
  perFamily,
  returns,
  rule,
  update,
} from "./phrases";
import type { Chain } from "./ruleset";

export function trustChain(policy: Policy, families: readonly Family[]): Chain {
  const timeoutSeconds = trustSeconds(policy);
  return {
    name: "pk_trust",
    rules: perFamily(families, "trust: until the longest window ends", (family) => [
      update(`pk_trusted${family.version}`, { key: [family.source], timeoutSeconds }),
    ]),
  };
}

/** Who comes here is on the blacklist or gets there, unless it is trusted: then the packet returns. */
export function banChain(
  { allow }: Policy,
  { blacklistSeconds }: Baseline,
  families: readonly Family[],
): Chain {
  return {
    name: "pk_ban",
    rules: [
      ...perFamily(familiesOf(allow, families), "ban: always allowed", (family) => [
        inSet([family.saddr], `pk_allow${family.version}`),
        returns(),
      ]),
      ...perFamily(families, "ban: trusted", (family) => [
        inSet([family.source], `pk_trusted${family.version}`),
        returns(),
      ]),
      ...perFamily(families, "ban: from now", (family) => [
        update(`pk_blacklist${family.version}`, { key: [family.source], timeoutSeconds: blacklistSeconds }),
      ]),
      // Of its own: a full blacklist breaks the rule before.
      rule("ban: no answer", drop()),
    ],
  };
}

/** Connection tracking calls most packets with impossible flags invalid, before any rule about flags. */
export function invalidChain(): Chain {
  const none = match(["tcp flags & (fin | syn | rst | psh | ack | urg)"], "==", "0x0");
  const christmas = match(["tcp flags & (fin | psh | urg)"], "==", "fin | psh | urg");
  return {
    name: "pk_invalid",
    rules: [
      rule("invalid: not for this host", FORWARDED, accept()),
      rule("attack: null", none, FOR_THIS_HOST, jump("pk_ban")),
      rule("attack: XMAS", christmas, FOR_THIS_HOST, jump("pk_ban")),
      rule("invalid: no answer", drop()),
    ],
  };
}

/** After a reboot the clients of open ports go on with connections that this host has forgotten: no attack. */
export function strayChain({ openPorts }: Policy, baseline: Baseline, families: readonly Family[]): Chain {
  return {
    name: "pk_stray",
    rules: [
      ...openRules(openPorts, baseline, families, "stray: to a port", returns()),
      rule("attack: TCP that begins with anything but a plain SYN", goto("pk_ban")),
    ],
  };
}
