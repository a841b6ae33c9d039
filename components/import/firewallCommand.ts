import {
  closesPorts,
  type Effect,
  OTHER_COMMAND,
  opensPorts,
  portsOf,
  unknown,
  valueBehind,
  WITH_CONDITION,
} from "./effect";
import { parseIptablesRule } from "./iptablesRule";
import { readNft } from "./nftCommand";
import { parseProtocol } from "./portWords";
import { shellCommands } from "./shellCommands";
import { readUfw } from "./ufwCommand";

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

const DEPENDING = unknown(
  "opens or closes a port only as another command goes that cannot be read, and a sequence here always does",
  "write the service by hand, if it is to open without that command",
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
  const alone = commands.map(({ words }) => effectOf(words));
  return commands.map(({ behind }, index) => {
    const [effect, before] = [alone[index] ?? OTHER_COMMAND, alone[index - 1]?.kind];
    const runsAlways = behind === undefined || (behind === "&&" && before !== "unknown");
    return runsAlways || !["opens", "closes"].includes(effect.kind) ? effect : DEPENDING;
  });
}

function effectOf(words: readonly string[]): Effect {
  const start = words.findIndex((word) => !WRAPPERS.has(baseName(word)));
  const [program = "", ...others] = words.slice(Math.max(0, start));
  const read = READERS.get(baseName(program));
  return read === undefined ? OTHER_COMMAND : read(others);
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
    return WITH_CONDITION;
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

function readSleep([time = ""]: readonly string[]): Effect {
  const [, seconds] = /^(\d{1,9})s?$/.exec(time) ?? [];
  return seconds === undefined ? OTHER_COMMAND : { kind: "waits", seconds: Number(seconds) };
}
