import type { Problem } from "../policy/policyError";
import type { Warning } from "../policy/rules/policyWarnings";
import { probing } from "../program/probing";
import { dialProblems, hostKeyWarnings } from "../remote/connection";
import type { KnownHost } from "./host";

/** What is wrong with a host by itself. No message contains a value: it may be a key. */
export function hostProblems({ name, connection, adopt, tokenNetwork }: KnownHost): readonly Problem[] {
  return [
    ...connectionProblems(connection).map(({ path, problem, remedy }) => ({
      path: ["hosts", name, "connection", path].filter(Boolean).join("."),
      problem,
      remedy,
    })),
    ...(adopt === undefined || isOwner(adopt)
      ? []
      : [
          {
            path: `hosts.${name}.adopt`,
            problem: "is not an owner",
            remedy: 'copy it from the refusal, like "project/stack/component/host"',
          },
        ]),
    ...(tokenNetwork?.kind === "refused"
      ? [{ path: `hosts.${name}.tokenNetwork`, problem: tokenNetwork.problem, remedy: tokenNetwork.remedy }]
      : []),
  ];
}

function connectionProblems(connection: KnownHost["connection"]): readonly Problem[] {
  if (connection?.kind === "refused") {
    return connection.problems;
  }
  // Where nothing is dialled, a stand-in for a key will do.
  return connection === undefined || probing() === "off" ? [] : dialProblems(connection.connection);
}

export function hostWarnings({ name, connection }: KnownHost): readonly Warning[] {
  return connection?.kind === "value"
    ? hostKeyWarnings(`hosts.${name}.connection`, connection.connection)
    : [];
}

/** One line of the manifest; a component's name may contain slashes. */
function isOwner(text: unknown): boolean {
  return typeof text === "string" && /^[^/\p{Cc}]+\/[^/\p{Cc}]+\/[^\p{Cc}]+\/[^/\p{Cc}]+$/u.test(text);
}
