// Compares rulesets by what a new packet costs under each: median ns per packet and ratio against a bare table.
//
//   npx tsx bench/packets/compare.ts [OPTION…] FILE…
//
// FILE        an nft file, loaded beside the bare table; a file *.sh is run by sh in the host's namespace.
// alone:FILE  the same without the bare table: for a ruleset with a drop policy of its own.
//
// --to random         where the SYNs go: `random`, or ports that are sent to in turn, like 7000,7001,random
// --family 4          or 6
// --sources one       or random: an IPv4 source of its own for every packet
// --rounds 9          rounds, in each of which every ruleset has its turn
// --pairs 12          pairs of bursts (4 ms beside 4 ms of the bare table) that each sends in a round
//
// `bare again` is the bare table once more: what its ratio differs from 1, the machine's noise can do to any.
// `net` is the ratio after the sender's own share is taken from both. Needs root, nft and perl.
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { nextLabId } from "../../lab/labId";
import { sweepLabs } from "../../lab/sweepLabs";
import { loadBare } from "./loadBare";
import { type Contestant, measureRounds } from "./measureRounds";
import { resultTable } from "./resultTable";
import { startSender, type Traffic } from "./sender";
import { createTrack, type Track } from "./track";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      to: { type: "string", default: "random" },
      family: { type: "string", default: "4" },
      sources: { type: "string", default: "one" },
      rounds: { type: "string", default: "9" },
      pairs: { type: "string", default: "12" },
    },
  });
  const traffic: Traffic = {
    family: values.family === "6" ? 6 : 4,
    targets: values.to.split(",").map((word) => (word === "random" ? word : Number(word))),
    sources: values.sources === "random" ? "random" : "one",
  };
  sweepLabs();
  const benchId = nextLabId();
  const bare = await bareTrack(benchId, "bare");
  const contestants: Contestant[] = [
    { track: bare, traffic: { ...traffic, isAstray: true } },
    { track: await bareTrack(benchId, "bare again"), traffic },
  ];
  for (const argument of positionals) {
    contestants.push({ track: await loadedTrack(benchId, argument), traffic });
  }
  const rounds = Number(values.rounds);
  const sender = startSender();
  const results = await measureRounds(contestants, {
    sender,
    bare,
    rounds,
    pairs: Number(values.pairs),
    onRound: (round) => process.stderr.write(`round ${round} of ${rounds}\n`),
  });
  sender.stop();
  process.stdout.write(resultTable(results));
}

async function bareTrack(benchId: string, name: string): Promise<Track> {
  const track = await createTrack(benchId, name);
  await loadBare(track);
  return track;
}

async function loadedTrack(benchId: string, argument: string): Promise<Track> {
  const isAlone = argument.startsWith("alone:");
  const file = isAlone ? argument.slice("alone:".length) : argument;
  const track = await createTrack(benchId, `${basename(file)}${isAlone ? " alone" : ""}`);
  if (!isAlone) await loadBare(track);
  const started = performance.now();
  await track.runOnHost(file.endsWith(".sh") ? ["sh", file] : ["nft", "-f", file], { timeoutSeconds: 600 });
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  process.stderr.write(`${track.name}: loaded in ${seconds} s\n`);
  return track;
}

void main();
