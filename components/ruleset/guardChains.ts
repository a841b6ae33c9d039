import type { Policy } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import {
  assign,
  drop,
  type Family,
  goto,
  inSet,
  isAdmitted,
  match,
  PLAIN_SYN,
  perFamily,
  reject,
  revokeAdmission,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
} from "./phrases";
import type { Chain, Rule } from "./ruleset";

/** What a packet to a guarded port meets. The scratch register holds the service that owns the port. */
export function guardChains(policy: Policy, families: readonly Family[]): readonly Chain[] {
  const once = policy.services.filter(({ access }) => access === "once");
  const hasOnce = once.length > 0;
  return [
    refuseChain(policy),
    ...(hasOnce ? [onceChain(families)] : []),
    {
      name: "pk_guard",
      rules: [
        ...allowRules(policy, families),
        ...(hasOnce
          ? [
              rule("guard: admitted once", {
                kind: "dispatch",
                key: [SCRATCH],
                cases: once.map(({ name }) => ({ when: serviceId(name), verdict: goto("pk_once") })),
              }),
            ]
          : []),
        ...perFamily(families, "guard: admitted", (family) => [isAdmitted(family), goto("pk_done")]),
        rule("guard: not admitted", goto("pk_refuse")),
      ],
    },
  ];
}

function allowRules({ allow }: Policy, families: readonly Family[]): readonly Rule[] {
  const listed = families.filter(({ version }) => allow.some((network) => network.family === version));
  return perFamily(listed, "guard: always allowed", (family) => [
    inSet([family.saddr], `pk_allow${family.version}`),
    goto("pk_done"),
  ]);
}

/** Only what opens a connection uses the admission up; a stray packet of an old one goes on and leaves it. */
function onceChain(families: readonly Family[]): Chain {
  const opens = [
    [PLAIN_SYN],
    [match(["meta l4proto"], undefined, "udp"), match(["ct state"], undefined, "new")],
  ];
  return {
    name: "pk_once",
    rules: [
      ...opens.flatMap((isNew) =>
        perFamily(families, "once: use the admission up", (family) => [
          ...isNew,
          isAdmitted(family),
          revokeAdmission(family),
          goto("pk_done"),
        ]),
      ),
      ...perFamily(families, "once: admitted, opens nothing", (family) => [
        isAdmitted(family),
        goto("pk_done"),
      ]),
      rule("once: not admitted", goto("pk_refuse")),
    ],
  };
}

/** Not only SYNs are refused: a bare ACK, FIN, NULL or XMAS is `new` or `invalid` as the kernel pleases. */
function refuseChain({ guardedAnswer }: Policy): Chain {
  const answers: readonly Rule[] =
    guardedAnswer === "drop"
      ? [rule("refuse: no answer", drop())]
      : [
          rule(
            "refuse: answer as a closed TCP port",
            match(["meta l4proto"], undefined, "tcp"),
            reject("tcp reset"),
          ),
          rule("refuse: answer as a closed UDP port", reject("icmpx type port-unreachable")),
        ];
  return {
    name: "pk_refuse",
    rules: [rule("refuse: clear the scratch register", assign(SCRATCH_EMPTY)), ...answers],
  };
}
