import type { PortRange, Protocol } from "../policy/policy";
import type { Finding } from "../policy/policyError";
import { parsePortWords } from "./portWords";

/** What a command of a knock daemon does to the host. */
export type Effect =
  | OpensPorts
  | { readonly kind: "closes"; readonly ports: readonly PortRange[] }
  | { readonly kind: "waits"; readonly seconds: number }
  | { readonly kind: "unknown"; readonly finding: Finding };

export interface OpensPorts {
  readonly kind: "opens";
  readonly ports: readonly PortRange[];
  readonly findings: readonly Finding[];
  /** When the opening ends by itself; nothing where it does not. */
  readonly seconds: number | undefined;
}

/** What a daemon writes in the place of the knocker's address. */
export const KNOCKER = /^%IP%(\/32|\/128)?$/;

interface Opened {
  readonly ports: readonly PortRange[] | undefined;
  readonly source: string | undefined;
  readonly isOnInterface: boolean;
  readonly seconds?: number | undefined;
}

export function opensPorts({ ports, source, isOnInterface, seconds }: Opened): Effect {
  if (ports === undefined) {
    return unknown(
      "opens every port, or one that cannot be read, and a service names those that it guards",
      "write the service by hand, with those that are to be guarded",
    );
  }
  if (source !== undefined && !KNOCKER.test(source)) {
    return unknown(
      "opens a port to others than the knocker",
      "put an address that needs no knock into allow",
    );
  }
  const findings: readonly (Finding | false)[] = [
    source === undefined && {
      problem: "opens the port to everybody after a knock, and here it opens to the knocker alone",
      remedy: "let everybody knock who is to come in, or put their networks into allow",
    },
    isOnInterface && {
      problem: "opens the port on one interface, and here it opens on all of them",
      remedy: "close it on the others in the host's own firewall, where that matters",
    },
  ];
  return { kind: "opens", ports, findings: findings.filter((finding) => finding !== false), seconds };
}

export function closesPorts(ports: readonly PortRange[] | undefined): Effect {
  return ports === undefined
    ? unknown(
        "closes every port, or one that cannot be read",
        "write the closeSequence by hand, at the service that it closes",
      )
    : { kind: "closes", ports };
}

export function portsOf(text: string | undefined, protocol: Protocol): readonly PortRange[] | undefined {
  return text === undefined ? undefined : parsePortWords(text, protocol);
}

export function valueBehind(words: readonly string[], names: readonly string[]): string | undefined {
  const at = words.findIndex((word) => names.includes(word));
  return at < 0 ? undefined : words[at + 1];
}

export function unknown(problem: string, remedy: string): Effect {
  return { kind: "unknown", finding: { problem, remedy } };
}

/** A rule that does more, or less, than it seems to. */
export const WITH_CONDITION = unknown(
  "is a rule with a condition or a target that nothing here has the like of",
  "write the service by hand, with what it should do",
);

/** What opens nothing. */
export const OTHER_COMMAND = unknown(
  "runs a command that opens no port as far as can be read, and a sequence here opens ports and does nothing else",
  "run it in another way, or by what reads the host's log of admissions",
);
