import { resolve } from "node:path";
import type { LabHost, RunningProcess, RunResult } from "../lab";
import { waitUntil } from "../lab/waitUntil";
import type { Account, Typist } from "./account";
import type { Person } from "./scene";

export const builtCommand = resolve(__dirname, "../dist/cli/main.js");

/** Logs in with the real ssh client and asks the host for its name. */
export async function runSsh(
  account: Account,
  typist: Typist,
  person: Person,
  host: LabHost,
  options: readonly string[] = [],
): Promise<RunResult> {
  const words = [...options, `root@${host.address4}`, "hostname"];
  const result = await account.run(typist, ["ssh", ...words].join(" "), () =>
    person.client.run(["ssh", "-F", "ssh_config", ...words], { cwd: person.folder, check: false }),
  );
  account.output(linesOf(result));
  return result;
}

/** Opens a session that stays open; `options` then reach it from other commands. */
export async function openSession(
  account: Account,
  person: Person,
  host: LabHost,
): Promise<{ readonly process: RunningProcess; readonly options: readonly string[] }> {
  const socket = "session";
  const words = ["-M", "-N", "-S", socket, `root@${host.address4}`];
  const process = await account.run("stranger", `${["ssh", ...words].join(" ")} &`, async () => {
    const started = await person.client.spawn(["ssh", "-F", "ssh_config", ...words], { cwd: person.folder });
    await waitUntil(
      async () =>
        (await person.client.run(checkSession, { cwd: person.folder, check: false })).exitCode === 0,
      5,
      () => "an open ssh session",
    );
    return started;
  });
  return { process, options: ["-S", socket] };
}

const checkSession = ["ssh", "-F", "ssh_config", "-S", "session", "-O", "check", "unused"];

/** Knocks with the command that the package ships. */
export async function knock(account: Account, person: Person, host: LabHost): Promise<RunResult> {
  const words = ["knock", host.address4, "--sequence-file", "web.knocks"];
  const result = await account.run("stranger", ["portknock", ...words].join(" "), () =>
    person.client.run([process.execPath, builtCommand, ...words], { cwd: person.folder, check: false }),
  );
  account.output(linesOf(result));
  return result;
}

export function linesOf({ stdout, stderr }: RunResult): readonly string[] {
  return `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "");
}
