import { snapshotHost } from "../../test/support/seenBy";
import { differences } from "../hostFacts";
import { knock, runSsh } from "../personCommands";
import { runDestroy, runPreview } from "../pulumiCommands";
import type { Step } from "../step";

export const rebootHost: Step = {
  title: "web-1 reboots and is still guarded",
  play: async ({ stack, stranger, web1 }, account) => {
    await account.run("web-1", "systemctl reboot", async () => {
      await web1.run("systemctl reboot", { check: false });
      await web1.awaitOff();
      await web1.boot();
    });
    const before = await runSsh(account, "stranger", stranger, web1);
    await knock(account, stranger, web1);
    const after = await runSsh(account, "stranger", stranger, web1);
    account.match(
      "refused before knocking, let in after it",
      `${before.stderr}${after.stdout}`,
      /Connection refused\r?\nweb-1\n$/,
    );
    const preview = await runPreview(account, stack, ["--expect-no-changes"]);
    account.equal("nothing drifted", preview, { isDone: true, summary: ["9 unchanged"], diagnostics: [] });
  },
};

export const leaveNothing: Step = {
  title: "Take it all away",
  play: async ({ stack, untouched, web1, web2 }, account) => {
    const { summary } = await runDestroy(account, stack);
    account.equal("the stack is empty", summary, ["- 9 deleted"]);
    const after = await Promise.all([web1, web2].map(snapshotHost));
    account.equal(
      "rules, files and units of both hosts are as before the first update",
      after.map((snapshot, index) => differences(untouched[index] ?? "", snapshot)),
      [[], []],
    );
  },
};
