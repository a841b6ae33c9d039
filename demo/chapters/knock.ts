import { awaitNobodyAdmitted, readAdmitted } from "../hostFacts";
import { knock, linesOf, openSession, runSsh } from "../personCommands";
import { accessWindowSeconds } from "../scene";
import type { Step } from "../step";

export const knockAndStay: Step = {
  title: "A stranger knocks, comes in, and stays",
  play: async ({ stranger, bystander, web1 }, account) => {
    const before = await runSsh(account, "stranger", stranger, web1);
    account.match("port 22 looks closed", before.stderr, /Connection refused/);

    const file = await account.run("stranger", 'stat -c "%A %n" web.knocks', () =>
      stranger.client.run(["stat", "-c", "%A %n", "web.knocks"], { cwd: stranger.folder }),
    );
    account.output(linesOf(file));
    await knock(account, stranger, web1);
    const session = await openSession(account, stranger, web1);
    const inside = await runSsh(account, "stranger", stranger, web1);
    const beside = await runSsh(account, "bystander", bystander, web1);
    account.equal("the sequence came from a file that only its owner may read", linesOf(file), [
      "-rw------- web.knocks",
    ]);
    account.match(
      "port 22 is open to who knocked, and closed to everybody else",
      `${inside.stdout}${beside.stderr}`,
      /^web-1\n.*Connection refused/,
    );

    await account.meanwhile(`until the access window of ${accessWindowSeconds} s ends`, () =>
      awaitNobodyAdmitted(web1, accessWindowSeconds + 5),
    );
    const late = await runSsh(account, "stranger", stranger, web1);
    const kept = await runSsh(account, "stranger", stranger, web1, session.options);
    account.match(
      "a new connection is refused, the session that exists goes on",
      `${late.stderr}${kept.stdout}`,
      /Connection refused\r?\nweb-1\n$/,
    );
    await session.process.stop();
  },
};

export const scanPorts: Step = {
  title: "A scan finds closed ports only",
  play: async ({ stranger, web1, sequence }, account) => {
    const scan = (ports: string, shown = ports) => {
      const words = ["nmap", "-sS", "-n", "-Pn", "--reason", "-p"];
      return account.run("stranger", [...words, shown, web1.address4].join(" "), () =>
        stranger.client.run([...words, ports, web1.address4]),
      );
    };

    const knocks = sequence.split(",").map((each) => Number.parseInt(each, 10));
    const wide = await scan(`1-1024,${knocks.join(",")}`, "1-1024,<the knocks>");
    const summary = linesOf(wide).filter((line) => /^Not shown|^\d+\/tcp/.test(line));
    account.output(summary);
    account.equal("none is open, none is filtered, all answer alike", summary, [
      `Not shown: ${1024 + knocks.length} closed tcp ports (reset)`,
    ]);

    const near = await scan("21-23");
    const rows = linesOf(near).filter((line) => /^\d+\/tcp/.test(line));
    account.output(rows);
    const answers = rows.map((row) => row.replace(/^\S+ +(\S+) +\S+ +/, "$1 "));
    account.equal("port 22 is like its neighbours: state, reason, TTL", answers, [
      "closed reset ttl 64",
      "closed reset ttl 64",
      "closed reset ttl 64",
    ]);
    account.equal("and the scan opened nothing", await readAdmitted(web1), []);
  },
};
