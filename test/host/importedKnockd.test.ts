import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importFile } from "../../components/import/importFile";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { runCommand } from "../../lab/runCommand";
import { type RunningProcess, startProcess } from "../../lab/startProcess";
import { waitUntil } from "../../lab/waitUntil";
import { clientToolProblem, knockOn, scan } from "../support/clientTools";

const problem = labProblem() ?? clientToolProblem();
if (problem !== undefined) console.warn(`skipped: knockd beside its import: ${problem}`);

const CONFIG = join(__dirname, "../import/knockd-lab/knockd.conf");
const OPEN_SEQUENCE = "7100 8200:udp 9301";
const CLOSE_SEQUENCE = "9301 8200:udp 7100";
const WRONG_ORDER = "8200:udp 7100 9301";
const OPEN = ["open syn-ack"];
const CLOSED = ["closed reset"];

/** The real knockd, in the network of a host. */
async function runKnockd(host: LabHost): Promise<RunningProcess> {
  const inside = ["ip", "netns", "exec", host.namespace];
  for (const iptables of ["iptables", "ip6tables"]) {
    const reject = ["-j", "REJECT", "--reject-with", "tcp-reset"];
    await runCommand([...inside, iptables, "-A", "INPUT", "-p", "tcp", "--dport", "22", ...reject]);
  }
  const daemon = await startProcess([...inside, "knockd", "-i", "eth0", "-c", CONFIG]);
  const hasPacketSocket = async (): Promise<boolean> =>
    readFileSync(`/proc/${daemon.pid}/net/packet`, "utf8").trimEnd().includes("\n");
  await waitUntil(hasPacketSocket, 10, () => "knockd does not listen");
  return daemon;
}

async function loadImport(host: LabHost): Promise<void> {
  const result = importFile(readFileSync(CONFIG, "utf8"), undefined);
  if (result.kind !== "translated") throw new Error(result.kind);
  await host.run("nft -f -", { input: printRuleset(compilePolicy(parsePolicy(result.policy))) });
}

describe.skipIf(problem !== undefined)("a knockd.conf", () => {
  let lab: Lab;
  let daemon: RunningProcess | undefined;
  let hosts: Readonly<Record<"knockd" | "import", LabHost>>;
  let clients: Readonly<Record<"knocker" | "other", LabClient>>;

  beforeAll(async () => {
    lab = await createLab();
    const [old, next, knocker, other] = await Promise.all([
      lab.addHost("old"),
      lab.addHost("next"),
      lab.addClient("knocker"),
      lab.addClient("other"),
    ]);
    hosts = { knockd: old, import: next };
    clients = { knocker, other };
    [daemon] = await Promise.all([runKnockd(old), loadImport(next)]);
  });
  afterAll(async () => {
    await daemon?.stop();
    await lab?.dispose();
  });

  describe.each(["knockd", "import"] as const)("under %s", (system) => {
    it.each(["address4", "address6"] as const)(
      "opens to who knocks in order and to nobody else, and closes by the close sequence: %s",
      async (family) => {
        const { [system]: host } = hosts;
        const { knocker, other } = clients;
        const address = host[family];
        const becomes = (client: LabClient, state: readonly string[]): Promise<true> =>
          waitUntil(
            async () => (await scan(client, address, "22")).join() === state.join(),
            10,
            () => `22 is not ${state.join()}`,
          );
        expect(await scan(knocker, address, "22")).toEqual(CLOSED);
        await knockOn(other, address, WRONG_ORDER);
        await knockOn(knocker, address, OPEN_SEQUENCE);
        // Whoever knocked before him has been looked at by then.
        await becomes(knocker, OPEN);
        expect(await scan(other, address, "22")).toEqual(CLOSED);
        await knockOn(knocker, address, CLOSE_SEQUENCE);
        await becomes(knocker, CLOSED);
      },
    );
  });
});
