import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HOST_SCRIPT } from "../../../components/remote/envelope";
import type { LabHost } from "../../../lab";
import type { HostPayload } from "../hostPayload";
import type { Fault } from "./fault";

/** What a run is given, and what of a host it concerns. */
export type Run =
  | { readonly kind: "verb"; readonly verb: string; readonly input: string }
  /** The timer of an apply fires. */
  | { readonly kind: "guard" };

export const verbRun = (verb: string, input: string): Run => ({ kind: "verb", verb, input });

export interface RunEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the fault happened. */
  readonly isHit: boolean;
  /** Each call of a command: its name and its first word. */
  readonly calls: readonly string[];
  /** The rules right after it. */
  readonly rules: string;
  /** Files with a sequence or a key, or work folders, that others than root may read. */
  readonly readable: string;
}

/** What a host shows. */
export interface View {
  readonly rules: string;
  readonly overlap: string;
  readonly boot: string;
  /** Paths and modes of what is ours, without what differs between attempts. */
  readonly files: string;
  readonly status: string;
}

const COMMAND = readFileSync(join(__dirname, "command.sh"), "utf8");

/** The first folder of the host script's PATH. */
const FIRST = "/usr/local/sbin";
const CLEAN = "PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH";

/** Puts a stand-in before every command of the host, switched off. */
export async function installFaults(host: LabHost): Promise<void> {
  await host.writeFile("/opt/faults/command.sh", COMMAND, 0o755);
  await host.run(
    `${CLEAN}
    mkdir -p /opt/faults/on /opt/faults/off
    for command in /usr/bin/* /usr/sbin/*; do ln -sfn ../command.sh "/opt/faults/on/\${command##*/}"; done
    rm -f /opt/faults/on/sh /opt/faults/on/dash
    rmdir ${FIRST} && ln -sfn /opt/faults/off ${FIRST}`,
    { timeoutSeconds: 120 },
  );
}

const switchTo = (state: "on" | "off"): string => `ln -sfn /opt/faults/${state} ${FIRST}`;

/** The lock is held by whatever a killed script left running. */
const AWAIT_ORPHANS = "flock /etc/systemd/system true";
const FILL = "portknock-tokens.service";
const GUARDS = "systemctl list-units --all --plain --no-legend 'portknock-rollback*'";

/** Runs a verb, or waits for the guard, with a fault; returns when nothing of it runs any more. What is secret is looked for in files. */
export async function runWithFault(
  host: LabHost,
  run: Run,
  secrets: readonly string[],
  fault?: Fault,
): Promise<RunEnd> {
  const kind = fault?.kind === "cut" ? "tree-before" : (fault?.kind ?? "none");
  const plan = fault === undefined ? "any 0 none" : `${fault.command} ${fault.call} ${kind}`;
  // A guard that is broken for good must see better times.
  const action =
    run.kind === "verb"
      ? `(trap '' XFSZ; exec env PATH="${FIRST}:$PATH" /usr/bin/setsid -w sh -s ${run.verb} m1 >/run/faults/out 2>/run/faults/err)`
      : `tries=0; until [ -z "$(${GUARDS})" ] || [ $tries = 120 ]; do sleep 0.1; tries=$((tries + 1)); done`;
  const { stdout } = await host.run(
    `${CLEAN}
    rm -rf /run/faults; mkdir -p /run/faults/calls; echo '${plan}' >/run/faults/plan
    ${switchTo("on")}
    ${action}
    code=$?
    timeout 30 ${AWAIT_ORPHANS}
    ${switchTo("off")}
    echo "@@exit"; echo $code; [ ! -e /run/faults/hit ] || echo hit
    echo "@@calls"; for call in $(ls /run/faults/calls | sort -n); do head -n 1 /run/faults/calls/$call; echo; done
    echo "@@out"; cat /run/faults/out 2>/dev/null
    echo "@@err"; cat /run/faults/err 2>/dev/null
    echo "@@rules"; nft -s list table inet portknock 2>/dev/null
    echo "@@readable"
    echo '${secrets.join("\n")}' | setpriv --reuid 2002 --regid 2002 --clear-groups \\
      grep -rwlF -D skip -f - /etc/portknock /etc/systemd /var/lib/portknock /run /tmp 2>/dev/null
    find /run -maxdepth 1 -name 'portknock.*' ! -perm 700 ! -perm 600
    # As if some time had passed: what is left of the run itself is swept by a later one.
    touch -c -d '1 hour ago' /run/portknock.* 2>/dev/null || true`,
    { input: run.kind === "verb" ? run.input : "", timeoutSeconds: 120 },
  );
  const part = parts(stdout);
  const [code = "1", hit] = part("exit").trim().split("\n");
  return {
    exitCode: Number(code),
    isHit: hit === "hit",
    calls: part("calls").split("\n").filter(Boolean),
    stdout: part("out"),
    stderr: part("err"),
    rules: withoutTraffic(part("rules")),
    readable: part("readable"),
  };
}

/** Resolves when no timer or rollback of ours is left, with the seconds that took. */
export async function awaitGuard(host: LabHost): Promise<number> {
  const { stdout } = await host.run(
    `${CLEAN}; tries=0; until [ -z "$(${GUARDS})" ] || [ $tries = 200 ]; do sleep 0.1; tries=$((tries + 1)); done; ${GUARDS}; echo "waited $tries"`,
  );
  if (!stdout.startsWith("waited")) throw new Error(`the guard does not end: ${stdout}`);
  return Number(/waited (\d+)/.exec(stdout)?.[1]) / 10;
}

/** Waits for a fill, which a timer starts beside a run. */
export async function view(host: LabHost): Promise<View> {
  const { stdout } = await host.run(
    `${CLEAN}
    tries=0; while [ "$(systemctl is-active ${FILL})" = activating ] && [ $tries -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done
    ${AWAIT_ORPHANS}
    echo '@@rules'; nft -s list table inet portknock 2>/dev/null
    echo '@@overlap'; nft list table inet portknock_overlap 2>/dev/null | head -n 1
    echo '@@boot'; cat /etc/portknock/ruleset.nft 2>/dev/null
    echo '@@files'
    find /etc/portknock /var/lib/portknock* /etc/systemd/system /run/portknock* -printf '%p %m %l\\n' 2>/dev/null |
      sed -E '/portknock-script/d; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/ATTEMPT/g' | sort
    echo '@@status'; sh -s status 2>&1`,
    { input: HOST_SCRIPT },
  );
  const part = parts(stdout);
  return {
    rules: withoutTraffic(part("rules")),
    overlap: part("overlap"),
    boot: part("boot"),
    files: part("files"),
    status: part("status"),
  };
}

/** Rules as the host's nft prints them, loaded where they touch nothing. */
export async function printed(host: LabHost, ruleset: string): Promise<string> {
  const elsewhere = "unshare -n sh -c 'nft -f - && nft -s list table inet portknock'";
  return withoutTraffic((await host.run(elsewhere, { input: ruleset })).stdout);
}

/** A payload whose candidate is rolled back sooner than a policy may say. */
export function hasty(payload: HostPayload, seconds: number): string {
  return payload.input.replace(/^rollback \d+$/m, `rollback ${seconds}`);
}

function parts(text: string): (name: string) => string {
  const found = new Map(
    text.split(/^@@/m).map((part) => {
      const [name = "", ...lines] = part.split("\n");
      return [name, lines.join("\n")];
    }),
  );
  return (name) => found.get(name) ?? "";
}

/** What packets write into dynamic sets is nobody's rules, and neither is what stands first: tokens stay when rules change. */
function withoutTraffic(rules: string): string {
  if (rules === "") return "";
  const [head = "", ...lines] = rules.split("\n");
  const blocks = lines.join("\n").split("\n\t}\n");
  return [
    head,
    ...blocks
      .map((block) => block.replace(/^\n/, ""))
      .map((block) =>
        /flags .*dynamic/.test(block) ? block.replace(/\n\t\telements = \{[^}]*\}/, "") : block,
      )
      .toSorted(),
  ].join("\n\t}\n");
}
