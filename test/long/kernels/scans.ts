import { parsePolicy } from "../../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../../components/ruleset/compilePolicy";
import { printRuleset } from "../../../components/ruleset/printRuleset";
import { createChecks, type PartOptions, type PartOutcome } from "./part";

const POLICY = {
  services: {
    door: {
      ports: ["2222", "2222/udp"],
      sequence: "30000,10000,20000",
      knockTimeout: "5m",
      accessWindow: "1h",
    },
  },
};

/** Counts what a scan sends: at such a pace a few get lost on the way. */
const WATCH = `table inet watch {
  counter seen { }
  chain before { type filter hook prerouting priority mangle - 1; tcp flags syn counter name seen; }
}
`;

/** All ports; over IPv6, where nmap is some ten times slower, a part of them. */
const SCANS = [
  { from: "10.128.201.1", ports: "1-65535", options: "", arrive: 60_000 },
  { from: "fd78:c9::1", ports: "1-3000,2222,10000,20000,30000", options: "-6", arrive: 2800 },
];

/** Scans of every port open nothing, and the right sequence from the same source does. */
export async function runScans({ guest, network, say }: PartOptions): Promise<PartOutcome> {
  const checks = createChecks(say);
  const target = await network.addTarget("scanned", ["2222/tcp", "2222/udp"]);
  await target.load(printRuleset(compilePolicy(parsePolicy(POLICY))));
  for (const { from, ports, options, arrive } of SCANS) {
    await target.load(WATCH);
    const to = from.includes(":") ? target.address6 : target.address4;
    const prefix = from.includes(":") ? 128 : 32;
    await guest.run(`ip -n outside addr add ${from}/${prefix} dev br0 ${prefix === 128 ? "nodad" : ""}`);
    const { stdout } = await guest.run(
      `ip netns exec outside nmap ${options} -n -Pn -T5 --max-retries 0 --min-rate 2000 -S ${from} -e br0 -sS -p ${ports} ${to}`,
      { timeoutSeconds: 400 },
    );
    checks.same(`${from}: ports that a scan finds open`, stdout.match(/^\d+\/tcp +open/gm) ?? [], []);
    const { text } = await target.list("nft list counters; nft delete table inet watch");
    const seen = Number(/packets (\d+)/.exec(text)?.[1]);
    checks.same(`${from}: most of the scan arrived, not ${seen} packets`, seen >= arrive, true);
    const after = await target.answersTo(from, ["2222/tcp", "2222/udp"]);
    checks.same(`${from}: after the scan`, after, ["closed", "closed"]);
    const knocked = await target.answersTo(from, [
      "30000/tcp",
      "10000/tcp",
      "20000/tcp",
      "2222/tcp",
      "2222/udp",
    ]);
    checks.same(`${from}: after the sequence`, knocked.slice(3), ["open", "open"]);
  }
  return checks.outcome();
}
