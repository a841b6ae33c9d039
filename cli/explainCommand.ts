import type { Command } from "commander";
import { explainPacket } from "../components/explain/explainPacket";
import { explainPort, explainSource, type OverviewLine } from "../components/explain/explainPolicy";
import type { ExplainedPacket, Explanation } from "../components/explain/explanation";
import { parseNetwork, prefixOf } from "../components/policy/network";
import type { Policy } from "../components/policy/policy";
import { parsePortRange, printPortRange } from "../components/policy/portRange";
import { usageError } from "./commandError";
import { POLICY_ARGUMENT, policyOfHost, readFleet } from "./readPolicy";

interface ExplainFlags {
  readonly host?: string;
  readonly as?: string;
  readonly port?: string;
}

const EXAMPLES = `
Says it from the policy alone, for a new connection or datagram of a source that has not knocked and is not on the
blacklist. The numbers are those of docs/semantics.md. Touches no host, and never says which port is a knock.

Examples:
  $ portknock explain policy.json --as 203.0.113.9 --port 22
  $ portknock explain policy.json --as 2001:db8::7
  $ portknock explain policy.json --port 443/tcp`;

export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .summary("say what happens to somebody's packet, and why")
    .description("Says in words what a policy does with a packet, rule by rule.")
    .argument("<POLICY.json>", POLICY_ARGUMENT)
    .option("--host <NAME>", "on which host, where hosts differ: a name as the program has it")
    .option("--as <ADDRESS>", "the address from which the packet comes; without it, everybody")
    .option("--port <PORT>", 'the port to which it goes, "443/tcp" or "53/udp"; without it, every port')
    .addHelpText("after", EXAMPLES)
    .action(runExplain);
}

async function runExplain(path: string, flags: ExplainFlags): Promise<void> {
  const address = flags.as === undefined ? undefined : readAddress(flags.as);
  const port = flags.port === undefined ? undefined : readPort(flags.port);
  if (address === undefined && port === undefined) {
    throw usageError("nobody's packet; give --as, --port or both");
  }
  process.stdout.write(explain(policyOfHost(await readFleet(path), flags.host), address, port));
}

type Port = Pick<ExplainedPacket, "protocol" | "port">;

function explain(policy: Policy, address: string | undefined, port: Port | undefined): string {
  if (address !== undefined && port !== undefined) {
    const packet = { address, ...port };
    return printExplanation(packet, explainPacket(policy, packet));
  }
  if (address !== undefined) {
    return printOverview(`${address} meets`, explainSource(policy, address));
  }
  return port === undefined ? "" : printOverview(`${printPort(port)} answers`, explainPort(policy, port));
}

function readAddress(text: string): string {
  const parsed = parseNetwork(text);
  const isAddress =
    parsed.kind === "value" && prefixOf(parsed.value) === (parsed.value.family === 4 ? 32 : 128);
  if (!isAddress) {
    throw usageError('--as: is not an address; write one like "192.0.2.7" or "2001:db8::7"');
  }
  return parsed.value.cidr.split("/")[0] ?? text;
}

function readPort(text: string): Port {
  const parsed = parsePortRange(text);
  if (parsed.kind === "refused" || parsed.value.from !== parsed.value.to) {
    throw usageError('--port: is not one port; write "22", "443/tcp" or "53/udp"');
  }
  return { protocol: parsed.value.protocol, port: parsed.value.from };
}

const OUTCOMES: Readonly<Record<Explanation["fate"], string>> = {
  accepted: "accepted: who listens there answers",
  "left alone": "left alone: it meets the host as if the table were not there",
  refused: "refused, as a closed port answers",
  dropped: "dropped: no answer",
};

function printExplanation(packet: ExplainedPacket, { fate, steps, notes }: Explanation): string {
  const { address, protocol, port } = packet;
  const width = Math.max(...steps.map(({ rule }) => rule.length));
  const lines = [
    `${address} to ${printPort({ protocol, port })} is ${OUTCOMES[fate]}`,
    "",
    ...steps.map(({ rule, words }, index) => {
      const mark = index === steps.length - 1 ? ">" : " ";
      return `  ${mark} ${rule.padEnd(width)}  ${words}`;
    }),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A line each. */
function printOverview(title: string, overview: readonly OverviewLine[]): string {
  const widest = Math.max(...overview.map(({ subject }) => subject.length));
  const lines = overview.map(
    ({ subject, fate, words }) =>
      `  ${subject.padEnd(widest)}  ${fate.padEnd("left alone".length)}  ${words}`,
  );
  return `${[title, "", ...lines].join("\n")}\n`;
}

function printPort({ protocol, port }: Port): string {
  return printPortRange({ protocol, from: port, to: port });
}
