import { connectionPath } from "../policy/path";
import type { Problem } from "../policy/policyError";
import type { Warning } from "../policy/rules/policyWarnings";
import { probing } from "../program/probing";
import { dialProblems, hostKeyWarnings } from "../remote/connection";
import type { KnownHost } from "./host";

/** What is wrong with a host that its policy does not show. No message contains a value: it may be a key. */
export function hostProblems({ name, connection, tokenNetwork }: KnownHost): readonly Problem[] {
  return [
    ...connectionProblems(name, connection),
    ...(tokenNetwork?.kind === "refused"
      ? [{ path: `hosts.${name}.tokenNetwork`, problem: tokenNetwork.problem, remedy: tokenNetwork.remedy }]
      : []),
  ];
}

function connectionProblems(name: string, connection: KnownHost["connection"]): readonly Problem[] {
  if (connection?.kind === "refused") {
    return connection.problems;
  }
  // Where nothing is dialled, a stand-in for a key will do.
  return connection === undefined || probing() === "off"
    ? []
    : dialProblems(connectionPath(name), connection.connection);
}

export function hostWarnings({ name, connection }: KnownHost): readonly Warning[] {
  return connection?.kind === "value" ? hostKeyWarnings(connectionPath(name), connection.connection) : [];
}
