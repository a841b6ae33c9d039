import { awaitNobodyAdmitted } from "../hostFacts";
import { knock, linesOf, runSsh } from "../personCommands";
import { runUpdate } from "../pulumiCommands";
import { accessWindowSeconds, type Scene } from "../scene";
import { createRecorder, type Entry } from "./recorder";

/** What a guarded port is, from the outside. */
export interface Chapter {
  readonly state: "closed" | "knock" | "open";
  readonly entries: readonly Entry[];
}

/**
 * Plays what the picture of the README shows, on hosts of their own: nothing is shown that did not happen.
 *
 * @throws CheckError when it did not happen so
 */
export async function playPictureStory(scene: Scene): Promise<readonly Chapter[]> {
  const { stack, web1, stranger: you, bystander } = scene;
  const told = createRecorder({ [web1.address4]: web1.name });
  const update = await runUpdate(createRecorder({}), stack);
  told.equal("the hosts are guarded", update.isDone, true);

  const scan = await told.run("bystander", `nmap -Pn -p 21-23 ${web1.address4}`, () =>
    bystander.client.run(["nmap", "-Pn", "-n", "-p", "21-23", web1.address4]),
  );
  const rows = linesOf(scan).filter((line) => /^\d+\/tcp/.test(line));
  told.output(rows);
  told.match("every port looks closed", rows.join("\n"), /^(\d+\/tcp +closed .*\n?){3}$/);
  const refused = await runSsh(told, "stranger", you, web1);
  told.match("port 22 is closed to you", refused.stderr, /Connection refused/);
  const closed = told.take();

  await knock(told, you, web1);
  const knocked = told.take();

  const inside = await runSsh(told, "stranger", you, web1);
  told.match("port 22 is open to you", inside.stdout, /^web-1\n$/);
  const beside = await runSsh(told, "bystander", bystander, web1);
  told.match("and closed to everybody else", beside.stderr, /Connection refused/);
  const open = told.take();

  await awaitNobodyAdmitted(web1, accessWindowSeconds + 5);
  return [
    { state: "closed", entries: closed },
    { state: "knock", entries: knocked },
    { state: "open", entries: open },
  ];
}
