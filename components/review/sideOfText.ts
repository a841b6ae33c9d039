import { type Fact, parseFacts } from "../policy/describeFacts";
import { type FactIndex, indexFacts } from "./factIndex";
import {
  type DrawnKnock,
  type DrawnSequence,
  describeAdmission,
  describeClose,
  OFF_THE_BLACKLIST,
  type ReviewSide,
} from "./reviewSide";

/** A policy of which only the review text is there. Which knocks are equal, it does not say: none are taken to be. */
export function sideOfText(text: string): ReviewSide {
  const facts = parseFacts(text);
  return { facts, sequences: drawnSequences(indexFacts(facts)) };
}

/** What a host is without a policy: nothing is guarded, and no choice that the other side made is a change. */
export function sideWithoutRules({ facts }: ReviewSide): ReviewSide {
  const common = facts.filter(({ path }) => !/^(services|hosts|baseline)\.|^(allow|openPorts)$/.test(path));
  return {
    facts: common.map((fact): Fact => (fact.path === "profile" ? { ...fact, value: "guard" } : fact)),
    sequences: [],
  };
}

function drawnSequences(facts: FactIndex): readonly DrawnSequence[] {
  const own = facts.services.filter((service) => facts.one(`services.${service}.knocks`) !== undefined);
  return [...own.flatMap((service) => ofService(facts, service)), ...unban(facts)];
}

function ofService(facts: FactIndex, service: string): readonly DrawnSequence[] {
  const one = (name: string, field: string): string => facts.one(`services.${name}.${field}`) ?? "";
  const opened = [service, ...facts.services.filter((other) => one(other, "sequenceOf") === service)];
  const knockTimeout = one(service, "knockTimeout");
  const closing = one(service, "closeKnocks");
  return [
    {
      owner: service,
      outcomes: opened.map((name) => describeAdmission(name, one(name, "access"), one(name, "accessWindow"))),
      knockTimeout,
      knocks: drawnKnocks(service, one(service, "knocks")),
    },
    ...(closing === ""
      ? []
      : [
          {
            owner: `${service} close`,
            outcomes: [describeClose(opened)],
            knockTimeout,
            knocks: drawnKnocks(`${service} close`, closing),
          },
        ]),
  ];
}

function unban(facts: FactIndex): readonly DrawnSequence[] {
  const knocks = facts.one("baseline.unbanKnocks");
  const knockTimeout = facts.one("baseline.unbanKnockTimeout") ?? "";
  return knocks === undefined
    ? []
    : [{ owner: "unban", outcomes: [OFF_THE_BLACKLIST], knockTimeout, knocks: drawnKnocks("unban", knocks) }];
}

/** `3: tcp, udp, tcp`. */
function drawnKnocks(owner: string, described: string): readonly DrawnKnock[] {
  const [, protocols = ""] = described.split(": ");
  return protocols.split(", ").map((protocol, index) => ({
    protocol: protocol === "udp" ? "udp" : "tcp",
    identity: `${owner} ${index}`,
  }));
}
