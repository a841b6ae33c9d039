import { z } from "zod";
import type { Admission } from "../policy/policy";
import type { Activity, Entries, Flow, RefusedPort, ServiceCount } from "../status/activity";

/** What the host script's `status` says of who comes and goes, by the first word of its lines. */
export const activityFields = {
  admitted: linesOf(
    /^(\S{1,64}) (\S{1,64}) (\d{1,10})$/,
    ([service, source, seconds]): Admission => ({ service, source, secondsLeft: Number(seconds) }),
  ),
  window: linesOf(
    /^(\S{1,64}) (\S{1,64}) (\S{1,64}) (\d{1,10})$/,
    ([opener, service, source, seconds]): Admission => ({
      service,
      source,
      secondsLeft: Number(seconds),
      ...openedBy(opener),
    }),
  ),
  flows: linesOf(
    /^(\S{1,64}) (\S{1,64}) (\d{1,10})$/,
    ([service, source, seconds]): Flow => ({ service, source, secondsLeft: Number(seconds) }),
  ),
  connections: linesOf(/^(\S{1,64}) (\d{1,20})$/, serviceCount),
  refusals: linesOf(/^(\S{1,64}) (\d{1,20})$/, serviceCount),
  entries: linesOf(
    /^(\S{1,64}) (\S{1,64}) (\d{1,20})$/,
    ([opener, service, count]): Entries => ({ service, count: Number(count), ...openedBy(opener) }),
  ),
  "refused-port": linesOf(
    /^(tcp|udp) (\d{1,5}) (\d{1,20})$/,
    ([protocol, port, count]): RefusedPort => ({
      protocol: protocol === "tcp" ? "tcp" : "udp",
      port: Number(port),
      count: Number(count),
    }),
  ),
  blacklisted: z
    .tuple([
      z
        .string()
        .regex(/^\d{1,10}$/)
        .transform(Number),
    ])
    .optional(),
};

const activity = z.object(activityFields);

export function activityOf(said: z.output<typeof activity>): Activity {
  return {
    admissions: admissionsOf(said),
    flows: said.flows,
    connections: said.connections,
    refusals: said.refusals,
    entries: said.entries,
    refusedPorts: said["refused-port"],
    blacklisted: said.blacklisted?.[0],
  };
}

/** With knockers a window is reported by each of its openers as well, and lasts no longer than who is admitted. */
function admissionsOf({
  admitted,
  window,
}: Pick<z.output<typeof activity>, "admitted" | "window">): readonly Admission[] {
  const left = new Map(
    admitted.map(({ service, source, secondsLeft }) => [`${service} ${source}`, secondsLeft]),
  );
  const opened = window.map((each) => ({
    ...each,
    secondsLeft: Math.min(each.secondsLeft, left.get(`${each.service} ${each.source}`) ?? 0),
  }));
  return opened.length > 0 ? opened : admitted;
}

/** Lines of one kind, none of which may be another than the pattern says. */
function linesOf<T>(pattern: RegExp, read: (words: Words) => T) {
  return z
    .array(
      z
        .string()
        .regex(pattern)
        .transform((line): T => {
          const [first = "", second = "", third = "", fourth = ""] = line.split(" ");
          return read([first, second, third, fourth]);
        }),
    )
    .default([]);
}

type Words = readonly [string, string, string, string];

function serviceCount([service, count]: Words): ServiceCount {
  return { service, count: Number(count) };
}

function openedBy(opener: string): { readonly opener?: string } {
  return opener === "-" ? {} : { opener };
}
