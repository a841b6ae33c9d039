import type { Lab, LabHost } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { differences, readRules } from "../hostFacts";
import { linesOf } from "../personCommands";
import { runUpdate, setConfig } from "../pulumiCommands";
import { rollbackSeconds } from "../scene";
import type { Step } from "../step";

export const rollBack: Step = {
  title: "The way to web-2 breaks just when it has new rules",
  play: async ({ stack, lab, web1, web2 }, account) => {
    const old = { web1: await readRules(web1), web2: await readRules(web2) };
    await setConfig(account, stack, "openPorts[1]", "443/tcp");
    await account.meanwhile("the network will let two more connections to web-2 through", () =>
      breakAfter(lab, web2, 2),
    );
    const up = await runUpdate(account, stack);
    account.match(
      "the update fails: web-2 could not be reached to confirm",
      up.diagnostics.join("\n"),
      /^error: .*i\/o timeout/,
    );

    await account.meanwhile(`until web-2 goes back by itself, ${rollbackSeconds} s after the apply`, () =>
      awaitRollback(web2),
    );
    const said = linesOf(await account.run("web-2", rollbackReport, () => web2.run(rollbackReport)));
    account.output(said);
    account.equal(
      "web-2 had the new rules, and has the old ones again",
      [said, differences(old.web2, await readRules(web2))],
      [["portknock: nobody confirmed the new rules; the old ones are back"], []],
    );
    const changed = differences(old.web1, await readRules(web1)).join("\n");
    account.match("web-1 keeps the new ones", changed, /^\+.* 443\b/m);

    await account.meanwhile("the network is back", () => repair(lab));
    const again = await runUpdate(account, stack);
    const remaining = differences(await readRules(web1), await readRules(web2));
    account.equal(
      "the next update succeeds, both hosts have the new rules",
      [again.isDone, remaining],
      [true, []],
    );
  },
};

const table = "table inet breakdown";

/** Lets some new SSH connections from the operator to a host through, and drops those that follow. */
async function breakAfter(lab: Lab, host: LabHost, connections: number): Promise<void> {
  const newConnection = `ip daddr ${host.address4} tcp dport 22 tcp flags & (syn | ack) == syn`;
  const input = `${table} {
    chain output {
      type filter hook output priority filter
      ${newConnection} limit rate over 1/day burst ${connections} packets drop
    }
  }`;
  await lab.operator.run(["nft", "-f", "-"], { input });
}

async function repair(lab: Lab): Promise<void> {
  await lab.operator.run(["nft", "delete", ...table.split(" ")]);
}

const rollbackReport = "journalctl --no-pager --output=cat --grep '^portknock: '";

/** The report is the last thing that a rollback does. */
async function awaitRollback(host: LabHost): Promise<void> {
  await waitUntil(
    async () => (await host.run(rollbackReport, { check: false })).exitCode === 0,
    rollbackSeconds + 10,
    () => `${host.name}: its old rules`,
  );
}
