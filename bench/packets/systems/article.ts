import type { BenchService } from "../services";
import { loadWithNft } from "./loadWithNft";
import type { System } from "./system";

/**
 * Knocking with nftables sets as the article does it: a set of who may make which knock next, a set of clients,
 * a rule for each knock. IPv4 only. For several services the clients are kept by address and port.
 */
export const article: System = {
  name: "nftables article",
  isBesideBare: false,
  prepare: (services) => loadWithNft(articleText(services)),
};

function articleText(services: readonly BenchService[]): string {
  return [
    "table inet article {",
    "set progress { type ipv4_addr . inet_service; flags timeout, dynamic; size 65535; }",
    "set clients { type ipv4_addr . inet_service; flags timeout, dynamic; size 65535; }",
    "chain input {",
    "type filter hook input priority filter; policy drop;",
    "ct state established,related accept",
    "iif lo accept",
    "ip saddr . tcp dport @clients ct state new accept",
    ...services.flatMap(knockRules),
    "}",
    "}",
    "",
  ].join("\n");
}

function knockRules({ port, knocks }: BenchService): readonly string[] {
  return knocks.map((knock, index) => {
    const isExpected = index === 0 ? "" : "ip saddr . tcp dport @progress ";
    const next = knocks[index + 1];
    const entry =
      next === undefined
        ? `@clients { ip saddr . ${port} timeout 10s }`
        : `@progress { ip saddr . ${next} timeout 5s }`;
    return `tcp dport ${knock} ${isExpected}update ${entry} drop`;
  });
}
