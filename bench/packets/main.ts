// Measures what knocking costs, ours beside the systems that it replaces, and writes bench/packets.md.
//
//   npm run bench:packets [-- --rounds 9] [-- --only loading]
//
// --only NAME  closedPorts, attacks, tokens, loading, compiling or admissions: printed, not written.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "../../lab/runCommand";
import { measureAdmissions } from "./admissions";
import { measureAttacks } from "./attacks";
import { type Bench, openBench } from "./bench";
import { measureClosedPorts } from "./closedPorts";
import { measureCompiling } from "./compiling";
import { measureLoading } from "./loading";
import { missingParts } from "./missingParts";
import { measureTokens } from "./tokens";

type Measure = (bench: Bench) => string | Promise<string>;

const MEASURES: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ["closedPorts", measureClosedPorts],
  ["attacks", measureAttacks],
  ["tokens", measureTokens],
  ["loading", measureLoading],
  ["compiling", measureCompiling],
  ["admissions", measureAdmissions],
]);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "9" }, only: { type: "string" } },
  });
  const missing = missingParts();
  if (missing !== undefined) {
    process.stderr.write(`bench: ${missing}\n`);
    process.exitCode = 1;
    return;
  }
  const bench = await openBench(Number(values.rounds));
  const parts = [await introduction(bench)];
  for (const [name, measure] of MEASURES) {
    if (values.only === undefined || values.only === name) parts.push(await measure(bench));
  }
  await bench.stop();
  const report = parts.join("\n");
  process.stdout.write(report);
  if (values.only === undefined) writeFileSync(join(import.meta.dirname, "../packets.md"), report);
  // What still listens would keep the process alive; its namespaces are removed on the way out.
  process.exit();
}

async function introduction({ rounds }: Bench): Promise<string> {
  const [, processor = "an unknown processor"] =
    /^model name\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
  const { stdout: kernel } = await runCommand(["uname", "-r"]);
  const { stdout: nft } = await runCommand(["nft", "--version"]);
  return [
    "# What a packet costs\n",
    "Written by `npm run bench:packets`; do not edit. " +
      `${processor}, Linux ${kernel.trim()}, ${nft.trim().split(" (")[0]}, Node ${process.versions.node}.\n`,
    "Sequences have 4 random knocks, each opens a port of its own. SYNs with random source ports go over a veth " +
      "pair between two namespaces, where the host's work is done on the sender's core: so the sender's clock " +
      `has all of it. In each of ${rounds} rounds every ruleset has its turn, in random order, in bursts of 4 ms ` +
      "that alternate with bursts to a bare table (established, loopback, policy drop); the ratio is the median " +
      "of such pairs. The counters of the kernel must show that all packets arrived and none was let in.\n",
    "- **portknock, guard** beside the bare table and **baseline** alone, both with `guardedAnswer: drop`.",
    "- **nftables article**: a rule for each knock, who may make which knock next is in a set. IPv4 only.",
    "- **iptables recent**: one chain, a list of sources for each stage. IPv4 only.",
    "- **knockd** beside the bare table: the capture and its filter, plus the processor time of the daemon.\n",
  ].join("\n");
}

void main();
