import type { BenchService } from "../services";
import { iptablesOf } from "./iptablesOf";
import type { System } from "./system";

/**
 * Knocking with the `recent` match of iptables, all in one chain: a list of sources for each knock but the last,
 * one for who is in. Whatever packet comes next takes its source off the list, so that a wrong knock resets.
 */
export const recent: System = {
  name: "iptables recent",
  isBesideBare: false,
  mostServices: {
    count: 1000,
    reason: "with 10 000 it takes minutes to load, and a minute for one packet",
  },
  prepare: (services) => {
    const input = recentText(services);
    return async (track) => {
      const restore = `${await iptablesOf(track)}-restore`;
      await track.runOnHost([restore], { input, timeoutSeconds: 600 });
      return undefined;
    };
  },
};

function recentText(services: readonly BenchService[]): string {
  return [
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":KNOCK - [0:0]",
    "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    "-A INPUT -i lo -j ACCEPT",
    "-A INPUT -p tcp -m conntrack --ctstate NEW -j KNOCK",
    ...services.flatMap(knockRules),
    "COMMIT",
    "",
  ].join("\n");
}

/** From the last knock to the first, or one packet would be two knocks. */
function knockRules({ name, port, knocks }: BenchService): readonly string[] {
  const last = knocks.length - 1;
  const moves = knocks.toReversed().flatMap((knock, fromEnd) => {
    const index = last - fromEnd;
    const listed = index === last ? `${name}_in` : `${name}_${index + 1}`;
    if (index === 0) return [`-A KNOCK -p tcp --dport ${knock} -m recent --name ${listed} --set`];
    const stage = `-m recent --name ${name}_${index}`;
    return [
      `-A KNOCK -p tcp --dport ${knock} ${stage} --rcheck --seconds 10 -m recent --name ${listed} --set`,
      `-A KNOCK ${stage} --remove`,
    ];
  });
  const isIn = `-m recent --name ${name}_in --rcheck --seconds 3600`;
  return [`-A KNOCK -p tcp --dport ${port} ${isIn} -j ACCEPT`, ...moves];
}
