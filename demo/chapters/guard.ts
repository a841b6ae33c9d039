import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countLogins } from "../../test/support/seenBy";
import { linesOf } from "../personCommands";
import { runUpdate } from "../pulumiCommands";
import type { Scene } from "../scene";
import type { Step } from "../step";

export const guardHosts: Step = {
  title: "Guard two hosts with one update",
  play: async (scene, account) => {
    const { stack, web1, web2 } = scene;
    const config = await account.run("operator", `pulumi config --stack ${stack.name}`, () =>
      stack.pulumi(["config", "--stack", stack.name]),
    );
    const secrets = linesOf(config).filter((line) => line.includes("[secret]"));
    account.output(secrets);
    const up = await runUpdate(account, stack, "whole");
    account.equal("both hosts are guarded", [up.isDone, ...up.summary], [true, "+ 9 created"]);
    account.equal(
      "four SSH logins a host: look, bring the host script, apply, and a fresh one that confirms",
      await Promise.all([web1, web2].map(countLogins)),
      [4, 4],
    );
    account.equal(
      "key and sequences are encrypted; no file of the stack has them in clear",
      [secrets.map((line) => line.split(" ")[0]), leaks(scene)],
      [["privateKey", "sequences"], []],
    );
  },
};

/** The files of the project and its state in which the sequence or the key can be read. */
function leaks({ stack, sequence, lab }: Scene): readonly string[] {
  const state = readdirSync(join(stack.folder, "state"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = [join(stack.folder, `Pulumi.${stack.name}.yaml`), ...state];
  const [, line = ""] = lab.privateKey.split("\n");
  return files.filter((file) =>
    [sequence, line].some((secret) => readFileSync(file, "utf8").includes(secret)),
  );
}

export const updateAgain: Step = {
  title: "Update again: nothing to do",
  play: async ({ stack }, account) => {
    const up = await runUpdate(account, stack);
    account.equal("both hosts were asked, nothing changes", up, {
      isDone: true,
      summary: ["9 unchanged"],
      diagnostics: [],
    });
  },
};
