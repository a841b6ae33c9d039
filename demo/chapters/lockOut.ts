import { snapshotHost } from "../../test/support/seenBy";
import { awaitQuiet, differences } from "../hostFacts";
import { runUpdate, setConfig } from "../pulumiCommands";
import type { Step } from "../step";

export const refuseLockOut: Step = {
  title: "A change that would lock Pulumi out is refused",
  play: async ({ stack, lab, web1, web2 }, account) => {
    const hosts = [web1, web2];
    await Promise.all(hosts.map(awaitQuiet));
    const before = await Promise.all(hosts.map(snapshotHost));
    await setConfig(account, stack, "allow[0]", "192.0.2.7");
    const up = await runUpdate(account, stack);
    const after = await Promise.all(hosts.map(snapshotHost));
    await setConfig(account, stack, "allow[0]", lab.operator.address4);
    account.match(
      "the update fails, and says which address the hosts see Pulumi come from",
      up.diagnostics.join("\n"),
      new RegExp(`^error: hosts.*lock Pulumi out.*${lab.operator.address4}; add that address to allow$`, "m"),
    );
    account.equal(
      "both hosts have the same rules and files as before, byte for byte",
      hosts.map((_, index) => differences(before[index] ?? "", after[index] ?? "")),
      [[], []],
    );
  },
};
