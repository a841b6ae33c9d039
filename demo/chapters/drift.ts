import type { LabHost } from "../../lab";
import type { Account } from "../account";
import { differences, readRules, readTableHandle } from "../hostFacts";
import { runSsh } from "../personCommands";
import { runPreview, runUpdate } from "../pulumiCommands";
import type { Step } from "../step";

export const repairDrift: Step = {
  title: "Somebody tampers with web-1: seen, named, repaired",
  play: async ({ stack, stranger, web1, web2 }, account) => {
    const rules = await readRules(web1);
    const handle = await readTableHandle(web2);
    await tamper(account, web1);
    const stolen = await runSsh(account, "stranger", stranger, web1);
    account.equal("web-1 lets everybody in", stolen.stdout, "web-1\n");

    const { diagnostics, summary } = await runPreview(account, stack);
    account.equal(
      "the preview says what drifted, on web-1 alone",
      [...diagnostics.toSorted(), ...summary],
      [
        'warning: web-1: drifted: chain pk_knock: the rule "knock: wrong, back to the start, IPv4" is missing or was changed',
        "warning: web-1: drifted: chain pk_prerouting: has a rule that is not ours",
        "~ 2 to update",
        "7 unchanged",
      ],
    );

    const up = await runUpdate(account, stack);
    account.equal("the update touches one host", up.summary, ["~ 2 updated", "7 unchanged"]);
    account.equal("web-1 has its own rules again", differences(rules, await readRules(web1)), []);
    account.equal("web-2 was left alone: its table is the very same", await readTableHandle(web2), handle);
  },
};

async function tamper(account: Account, host: LabHost): Promise<void> {
  const listing = (await host.run("nft -a list chain inet portknock pk_knock")).stdout;
  const handle = /delete .*ip saddr.*# handle (\d+)/.exec(listing)?.[1] ?? "";
  for (const command of [
    "nft insert rule inet portknock pk_prerouting tcp dport 22 accept",
    `nft delete rule inet portknock pk_knock handle ${handle}`,
  ]) {
    await account.run("web-1", command, () => host.run(command));
  }
}
