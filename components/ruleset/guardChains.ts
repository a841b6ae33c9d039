import { keepingServices } from "../policy/flows";
import type { Policy } from "../policy/policy";
import { keepChains, keptRules } from "./flowChains";
import { logByService } from "./logChains";
import {
  accept,
  assign,
  countById,
  drop,
  type Family,
  FORWARDED,
  FROM_LOOPBACK,
  familiesOf,
  goto,
  inSet,
  isAdmitted,
  lookUpService,
  match,
  NEW_UDP,
  NOT_FOR_THIS_HOST,
  PLAIN_SYN,
  PORT_KEY,
  perFamily,
  reject,
  revokeAdmission,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
  UDP,
  UNTRACKED,
  update,
  when,
} from "./phrases";
import type { Chain, Rule } from "./ruleset";
import { enteredChains, enteredRules, forgetOnceRules, knockedServices } from "./windowChains";

/** What a packet to a guarded port meets. The scratch register holds the service that owns the port. */
export function guardChains(policy: Policy, families: readonly Family[]): readonly Chain[] {
  return [
    enterChain(),
    ...keepChains(policy, families),
    refuseChain(policy),
    ...enteredChains(policy, families),
    connectChain(policy, families),
    admittedChain(policy),
    guardChain(policy, families),
  ];
}

function guardChain(policy: Policy, families: readonly Family[]): Chain {
  const { allow, profile } = policy;
  return {
    name: "pk_guard",
    rules: [
      ...when(profile.kind === "guard", rule("guard: loopback goes on", FROM_LOOPBACK, goto("pk_enter"))),
      rule("guard: not for this host", FORWARDED, goto("pk_done")),
      rule("guard: which service", lookUpService()),
      ...perFamily(familiesOf(allow, families), "guard: always allowed", (family) => [
        inSet([family.saddr], `pk_allow${family.version}`),
        goto("pk_enter"),
      ]),
      ...perFamily(families, "guard: admitted", (family) => [isAdmitted(family), goto("pk_admitted")]),
      ...keptRules(policy, families),
      rule("guard: not admitted", goto("pk_refuse")),
    ],
  };
}

/** Only what opens a connection counts as one and uses an admission up; a stray packet of an old one goes on. */
function admittedChain(policy: Policy): Chain {
  const keeps = keepingServices(policy).length > 0;
  return {
    name: "pk_admitted",
    rules: [
      rule("admitted: a TCP connection", PLAIN_SYN, goto("pk_connect")),
      rule("admitted: a UDP flow", ...NEW_UDP, goto("pk_connect")),
      ...when(keeps, rule("admitted: an untracked session to keep", UNTRACKED, goto("pk_keep"))),
      rule("admitted: opens nothing", goto("pk_enter")),
    ],
  };
}

function connectChain(policy: Policy, families: readonly Family[]): Chain {
  const { services, log } = policy;
  const hasOnce = services.some(({ access }) => access === "once");
  return {
    name: "pk_connect",
    rules: [
      rule("connect: count", countById("pk_connections")),
      ...enteredRules(policy),
      ...(log.admissions ? logUnlessKnocked(policy) : []),
      ...(hasOnce
        ? perFamily(families, "connect: use an admission for once up", (family) => [
            inSet([SCRATCH], "pk_once"),
            revokeAdmission(family),
          ])
        : []),
      ...forgetOnceRules(policy),
      ...when(
        keepingServices(policy).length > 0,
        rule("connect: a flow to keep", UDP, goto("pk_keep")),
        rule("connect: an untracked session to keep", UNTRACKED, goto("pk_keep")),
      ),
      rule("connect: goes on", goto("pk_enter")),
    ],
  };
}

/** Those that knockers open have lines with their names. */
function logUnlessKnocked(policy: Policy): readonly Rule[] {
  const knocked = knockedServices(policy);
  const others = policy.services.filter((service) => !knocked.includes(service));
  return when(others.length > 0, logByService("connect: log", others, "admitted"));
}

function enterChain(): Chain {
  return {
    name: "pk_enter",
    rules: [
      rule("enter: clear the scratch register", assign(SCRATCH_EMPTY)),
      rule("enter: goes on", accept()),
    ],
  };
}

function refuseChain({ services, guardedAnswer, profile, log }: Policy): Chain {
  return {
    name: "pk_refuse",
    rules: [
      rule("refuse: count by service", countById("pk_refusals")),
      ...(log.refusals ? [logByService("refuse: log", services, "refused")] : []),
      rule("refuse: clear the scratch register", assign(SCRATCH_EMPTY)),
      ...(profile.kind === "guard"
        ? [countPort("refuse"), ...answerRules(guardedAnswer, "refuse")]
        : [rule("refuse: as a closed port", goto("pk_closed"))]),
    ],
  };
}

/** Ports that nobody asks for any more make room for others. */
export function countPort(where: string): Rule {
  return rule(
    `${where}: count by port`,
    match(["meta l4proto"], undefined, "{ tcp, udp }"),
    update("pk_refused", { key: PORT_KEY, isCounted: true }),
  );
}

/** Not only SYNs are refused: a bare ACK, FIN, NULL or XMAS is `new` or `invalid` as the kernel pleases. */
export function answerRules(answer: Policy["guardedAnswer"], where: string): readonly Rule[] {
  return answer === "drop"
    ? [rule(`${where}: no answer`, drop())]
    : [
        ...unansweredRules(where),
        rule(
          `${where}: answer as a closed TCP port`,
          match(["meta l4proto"], undefined, "tcp"),
          reject("tcp reset"),
        ),
        rule(`${where}: answer as a closed UDP port`, reject("icmpx type port-unreachable")),
      ];
}

/**
 * What `reject` would answer and a closed port does not (kernel 6.18). Damaged segments with other flags than SYN are
 * left out: connection tracking calls them invalid, as it does whole ones.
 */
function unansweredRules(where: string): readonly Rule[] {
  const exists = (option: string) => match([option], undefined, "exists");
  return [
    rule(`${where}: no answer to a frame for everybody`, match(["meta pkttype"], "!=", "host"), drop()),
    rule(`${where}: nobody answers a broadcast`, NOT_FOR_THIS_HOST, drop()),
    rule(`${where}: no answer to a loose source route`, exists("ip option lsrr"), drop()),
    rule(`${where}: no answer to a strict source route`, exists("ip option ssrr"), drop()),
    rule(
      `${where}: no answer to a damaged SYN`,
      PLAIN_SYN,
      match(["ct state"], undefined, "invalid"),
      drop(),
    ),
    rule(`${where}: no answer to half a TCP header`, match(["tcp doff"], undefined, "0-4"), drop()),
    rule(`${where}: no answer to an MD5 signature`, exists("tcp option 19"), drop()),
    rule(
      `${where}: no answer to UDP over IPv6 without a checksum`,
      match(["meta nfproto"], undefined, "ipv6"),
      match(["udp checksum"], undefined, "0"),
      drop(),
    ),
  ];
}
