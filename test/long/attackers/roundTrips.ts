import { table } from "../../../bench/markdown";
import { FLAG, ip, PROTOCOL, tcp, udp } from "../../support/packets/probes/frames";
import { type AttackerLab, CLOSED, GUARDED } from "./attackerLab";

const PAIRS = 4000;
const POLICY = {
  services: { ssh: { ports: [`${GUARDED}`, `${GUARDED}/udp`], sequence: "7000,9000,8000" } },
};

/** Whether the time of an answer tells a guarded port from a closed one. */
export async function measureRoundTrips(lab: AttackerLab): Promise<string> {
  await lab.load(POLICY);
  const rows: string[][] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    for (const to of [lab.host.address4, lab.host.address6]) {
      const from = to.includes(":") ? lab.attacker.address6 : lab.attacker.address4;
      const packets = Array.from({ length: 2 * PAIRS }, (_, index) => {
        const flow = { from, to, fromPort: 1024 + index, port: index % 2 === 0 ? GUARDED : CLOSED };
        const payload = protocol === "tcp" ? tcp(flow, { flags: FLAG.syn }) : udp(flow, {});
        return ip(flow, { protocol: PROTOCOL[protocol] }, payload);
      });
      const times = await lab.roundTrips(packets);
      const quartiles = [0, 1].map((turn) => quartilesOf(times.filter((_, index) => index % 2 === turn)));
      rows.push([`${protocol}, IPv${to.includes(":") ? 6 : 4}`, ...quartiles]);
    }
  }
  return [
    "### Time of the answer\n",
    `Microseconds until the answer, median (quartiles) of ${PAIRS} packets in turn, on a link without delay:\n`,
    table(["", "guarded", "closed"], rows),
  ].join("\n");
}

function quartilesOf(nanoseconds: readonly number[]): string {
  const sorted = nanoseconds.toSorted((a, b) => a - b);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) =>
    ((sorted[Math.floor(part * sorted.length)] ?? 0) / 1000).toFixed(1),
  );
  return `${middle} (${low} to ${high})`;
}
