import { table } from "../markdown";
import { median } from "../statistics";
import type { Contender, Fleet } from "./contender";
import { emptyProgram } from "./pulumi";

/** Where the time of ours goes, as far as it can be told apart from outside. */
export async function measureParts(ours: Contender, fleet: Fleet): Promise<string> {
  const [host] = fleet.hosts;
  if (host === undefined) throw new Error("bug: there is no host");
  process.stderr.write("parts\n");
  const nothing = await emptyProgram(fleet);
  await nothing.bring();
  await ours.bring();
  const engine = await times(3, () => nothing.bring());
  const dial = await times(9, async () => {
    await fleet.lab.ssh(host, "true");
  });
  const status = await times(9, async () => {
    await host.run("sh /var/lib/portknock/host.sh status");
  });
  const list = await times(9, async () => {
    await host.run("nft -s list table inet portknock");
  });
  const unit = await times(9, async () => {
    await host.run("systemd-run --quiet --on-active=60 --unit=bench true && systemctl stop bench.timer");
  });
  await ours.remove();
  const row = (what: string, seconds: number): string[] => [what, `${(seconds * 1000).toFixed(0)} ms`];
  return [
    "Where it goes:\n",
    table(["once an update", ""], [row("engine, language host and an empty program", engine)]),
    table(
      ["once a host", ""],
      [
        row("ssh client, a connection and `true`", dial),
        row("the host script's status, with all that it compares", status),
        row("of that, nft lists the table", list),
        row("systemd arms a timer and disarms it", unit),
      ],
    ),
  ].join("\n");
}

async function times(count: number, work: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await work();
    taken.push((performance.now() - start) / 1000);
  }
  return median(taken);
}
