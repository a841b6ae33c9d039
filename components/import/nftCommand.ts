import {
  closesPorts,
  type Effect,
  KNOCKER,
  OTHER_COMMAND,
  opensPorts,
  portsOf,
  unknown,
  valueBehind,
  WITH_CONDITION,
} from "./effect";
import { parsePortWords, parseProtocol } from "./portWords";

/** All that a rule of nft may say beside what is understood: where it stands. What it says is taken out before. */
const NFT_UNDERSTOOD =
  /\b(?:ip6? saddr \S+|(?:tcp|udp) dport (?:\{[^}]*\}|\S+)|iif(?:name)? \S+|ct state (?:\{[^}]*\bnew\b[^}]*\}|new)|counter)(?= |$)/g;
const NFT_BARE =
  /^(?:add|insert) rule(?: (?:ip|ip6|inet))?(?: [\w-]+){2}(?: (?:position|handle|index) \d+)? +accept$/;

/** `nft add|insert rule … ip saddr SOURCE tcp dport PORT accept`, or an element that holds the port beside the source. */
export function readNft(written: readonly string[]): Effect {
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
  if (!NFT_BARE.test(words.join(" ").replaceAll(NFT_UNDERSTOOD, "").replaceAll(/ +/g, " "))) {
    return WITH_CONDITION;
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
