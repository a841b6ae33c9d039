import type { PortRange, Protocol } from "../policy/policy";
import type { Finding } from "../policy/policyError";
import { unreachable } from "../policy/unreachable";
import { parseIptablesRule } from "./iptablesRule";
import { parsePortWords, parseProtocol } from "./portWords";
import { shellCommands } from "./shellCommands";

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
const KNOCKER = /^%IP%(\/32|\/128)?$/;

/** What runs another command, and what stands before it. */
const WRAPPERS: ReadonlySet<string> = new Set(["sudo", "exec", "command", "nohup"]);

type Reader = (words: readonly string[]) => Effect;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...["iptables", "iptables-nft", "iptables-legacy", "ip6tables", "ip6tables-nft", "ip6tables-legacy"].map(
    (name): [string, Reader] => [name, readIptables],
  ),
  ["nft", readNft],
  ["ufw", readUfw],
  ["knock_add", readHelper],
  ["knock_helper_ipt.sh", readHelper],
  ["sleep", readSleep],
]);

const OTHER_COMMAND = unknown(
  "runs a command that opens no port as far as can be read, and a sequence here opens ports and does nothing else",
  "run it in another way, or by what reads the host's log of admissions",
);

/** What a line of shell does, command by command. */
export function effectsOf(text: string): readonly Effect[] {
  const commands = shellCommands(text);
  if (commands === undefined) {
    return [
      unknown(
        "is a line that only a shell can read, with an expansion or a substitution in it",
        "write the rule that it adds in plain words of iptables, nft or ufw, and import again",
      ),
    ];
  }
  return commands.map((words) => {
    const start = words.findIndex((word) => !WRAPPERS.has(baseName(word)));
    const [program = "", ...others] = words.slice(Math.max(0, start));
    const read = READERS.get(baseName(program));
    return read === undefined ? OTHER_COMMAND : read(others);
  });
}

function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function readIptables(words: readonly string[]): Effect {
  const rule = parseIptablesRule(words);
  if (rule === undefined || rule.table !== "filter" || !/input/i.test(rule.chain)) {
    return unknown(
      "is a command of iptables that opens no port of this host as far as can be read",
      "write the service by hand, if it does",
    );
  }
  if (rule.target !== "ACCEPT" || rule.hasOther || rule.recent.length > 0) {
    return unknown(
      "is a rule with a condition or a target that nothing here has the like of",
      "write the service by hand, with what it should do",
    );
  }
  return rule.verb === "delete"
    ? closesPorts(rule.ports)
    : opensPorts({ ports: rule.ports, source: rule.source, isOnInterface: rule.hasInterface });
}

/** Debian's helper: `-i|-a|-x -f SOURCE -d PORT -p PROTOCOL -c CHAIN`. */
function readHelper(words: readonly string[]): Effect {
  const behind = (...names: readonly string[]): string | undefined => valueBehind(words, names);
  const protocol = parseProtocol(behind("-p", "--proto") ?? "tcp");
  const ports = protocol && portsOf(behind("-d", "--dstport"), protocol);
  if (!/input/i.test(behind("-c", "--chain") ?? "INPUT")) {
    return OTHER_COMMAND;
  }
  return words.includes("-x") || words.includes("--delete")
    ? closesPorts(ports)
    : opensPorts({ ports, source: behind("-f", "--srcaddr"), isOnInterface: false });
}

/** `ufw [insert N] allow from SOURCE [to ANY] port PORT [proto PROTOCOL]`, or `ufw delete allow …`. */
function readUfw(words: readonly string[]): Effect {
  const isDeleted = words.includes("delete");
  const at = words.indexOf("allow");
  if (at < 0 || words.includes("out") || words.includes("route")) {
    return unknown(
      "is a command of ufw that lets nobody in as far as can be read",
      "write the service by hand, if it does",
    );
  }
  const rule = words.slice(at + 1).filter((word) => word !== "in");
  const protocol = valueBehind(rule, ["proto"]);
  const [short = "", shortProtocol = protocol ?? "tcp"] = (rule[0] ?? "").split("/");
  const known = parseProtocol(protocol ?? shortProtocol);
  const ports = known && portsOf(rule.includes("from") ? valueBehind(rule, ["port"]) : short, known);
  return isDeleted
    ? closesPorts(ports)
    : withFinding(
        opensPorts({
          ports,
          source: valueBehind(rule, ["from"]),
          isOnInterface: valueBehind(rule, ["on"]) !== undefined,
        }),
        protocol === undefined && !(rule[0] ?? "").includes("/")
          ? {
              problem: "opens the UDP port of that number too, and the service has the TCP port alone",
              remedy: 'add the port with "/udp" to its ports if something listens there',
            }
          : undefined,
      );
}

/** `nft add|insert rule … ip saddr SOURCE tcp dport PORT accept`, or an element that holds the port beside the source. */
function readNft(written: readonly string[]): Effect {
  const words = written.flatMap((word) => word.split(/([{},])/)).filter((word) => /[^\s,]/.test(word));
  const [verb = "", kind = ""] = words;
  if (kind === "element") {
    return readNftElement(words, verb);
  }
  const at = words.indexOf("dport");
  const protocol = parseProtocol(words[at - 1] ?? "");
  const isRule = kind === "rule" && ["add", "insert"].includes(verb) && words.at(-1) === "accept";
  if (!isRule || at < 0 || protocol === undefined || !words.some((word) => /input/i.test(word))) {
    return unknown(
      "is a command of nft that opens no port as far as can be read",
      "write the service by hand, if it does",
    );
  }
  const rest = words.slice(at + 1);
  const list = rest[0] === "{" ? rest.slice(1, rest.indexOf("}")) : rest.slice(0, 1);
  return opensPorts({
    ports: portsOf(list.join(","), protocol),
    source: valueBehind(words, ["saddr"]),
    isOnInterface: words.includes("iifname") || words.includes("iif"),
  });
}

function readNftElement(words: readonly string[], verb: string): Effect {
  const parts = words.slice(words.indexOf("{") + 1, words.indexOf("}"));
  const named = parts.map((part) => parseProtocol(part)).find((protocol) => protocol !== undefined);
  const port = parts.find((part) => parsePortWords(part, "tcp") !== undefined && part !== parts[0]);
  const time = valueBehind(parts, ["timeout"]);
  const [, seconds] = /^(\d+)s$/.exec(time ?? "") ?? [];
  if (port === undefined || (time !== undefined && seconds === undefined)) {
    return unknown(
      "puts the knocker into a set, and which port that set opens stands elsewhere",
      "write the service by hand, with the port that the rule with this set opens",
    );
  }
  const ports = parsePortWords(port, named ?? "tcp");
  switch (verb) {
    case "delete":
      return closesPorts(ports);
    case "add":
      return opensPorts({
        ports,
        source: parts.find((part) => KNOCKER.test(part)),
        isOnInterface: false,
        seconds: seconds === undefined ? undefined : Number(seconds),
      });
    default:
      return OTHER_COMMAND;
  }
}

function readSleep([time = ""]: readonly string[]): Effect {
  const [, seconds] = /^(\d{1,9})s?$/.exec(time) ?? [];
  return seconds === undefined ? OTHER_COMMAND : { kind: "waits", seconds: Number(seconds) };
}

interface Opened {
  readonly ports: readonly PortRange[] | undefined;
  readonly source: string | undefined;
  readonly isOnInterface: boolean;
  readonly seconds?: number | undefined;
}

function opensPorts({ ports, source, isOnInterface, seconds }: Opened): Effect {
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

function closesPorts(ports: readonly PortRange[] | undefined): Effect {
  return ports === undefined
    ? unknown(
        "closes every port, or one that cannot be read",
        "write the closeSequence by hand, at the service that it closes",
      )
    : { kind: "closes", ports };
}

function withFinding(effect: Effect, finding: Finding | undefined): Effect {
  switch (effect.kind) {
    case "opens":
      return finding === undefined ? effect : { ...effect, findings: [...effect.findings, finding] };
    case "closes":
    case "waits":
    case "unknown":
      return effect;
    default:
      return unreachable(effect);
  }
}

function portsOf(text: string | undefined, protocol: Protocol): readonly PortRange[] | undefined {
  return text === undefined ? undefined : parsePortWords(text, protocol);
}

function valueBehind(words: readonly string[], names: readonly string[]): string | undefined {
  const at = words.findIndex((word) => names.includes(word));
  return at < 0 ? undefined : words[at + 1];
}

function unknown(problem: string, remedy: string): Effect {
  return { kind: "unknown", finding: { problem, remedy } };
}
