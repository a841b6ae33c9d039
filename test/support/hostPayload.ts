import type { Policy } from "../../components/policy/policy";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import {
  fillConfirmEnvelope,
  fillEnvelope,
  HOST_SCRIPT,
  SCRIPT_DIGEST,
  STATUS_SCRIPT,
} from "../../components/remote/envelope";
import { hostCommand, statusCommand, type Verb } from "../../components/remote/hostCommand";
import { confirmManifest, type Owner, printOwner, writeManifest } from "../../components/remote/manifest";
import { packRuleset } from "../../components/remote/packing";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Lab, LabHost, RunResult, SshOptions } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { deliveryFor } from "./sentScript";

export interface PayloadOptions {
  readonly services?: Readonly<Record<string, ServiceOptions>>;
  readonly allow?: readonly string[];
  readonly rollbackTimeout?: string;
  readonly owner?: Partial<Owner>;
  readonly adopt?: string;
  /** Further fields of the policy: `baseline`, `guardedAnswer` … */
  readonly policy?: object;
  /** What becomes of the compiled rules: for rules that no policy gives. */
  readonly edit?: (ruleset: string) => string;
}

export interface ServiceOptions {
  readonly ports: readonly string[];
  readonly sequence?: string;
  readonly sequenceOf?: string;
  readonly closeSequence?: string;
  readonly accessWindow?: string;
  readonly knockTimeout?: string;
}

/** What a verb gets on standard input, and what of it a test wants to know. */
export interface HostPayload {
  readonly input: string;
  readonly ruleset: string;
  readonly token: string;
  readonly owner: string;
  readonly policy: Policy;
}

/** Ports that nothing else on a host mentions, so that finding one anywhere means a leak. */
export const SEQUENCE_PORTS: readonly string[] = ["61937", "52813", "47159", "43211", "57283"];

export const SSH = { ports: ["22"], sequence: "61937,52813/udp,47159", accessWindow: "5m" };
export const WEB = { ports: ["8080-8082"], sequence: "61937,43211,57283", accessWindow: "10m" };

/** The operator stays allowed unless a test says otherwise: guarding port 22 is what these rules are for. */
export function hostPayload(options: PayloadOptions = {}): HostPayload {
  const { services = { ssh: SSH, web: WEB }, allow = ["10.77.0.1", "fd77::1"], adopt } = options;
  const owner = { project: "shop", stack: "dev", component: "edge", host: "web-1", ...options.owner };
  const policy = parsePolicy(
    {
      services,
      allow,
      openPorts: ["80"],
      rollbackTimeout: options.rollbackTimeout ?? "60s",
      ...options.policy,
    },
    owner.host,
  );
  const compiled = printRuleset(compilePolicy(policy));
  const ruleset = options.edit?.(compiled) ?? compiled;
  const manifest = writeManifest({ owner, adopt, policy, ruleset, script: SCRIPT_DIGEST });
  return {
    input: fillEnvelope({
      owner: printOwner(owner),
      manifest: manifest.text,
      packedRuleset: packRuleset(ruleset),
    }),
    ruleset,
    token: manifest.token,
    owner: printOwner(owner),
    policy,
  };
}

/** A host on which scripts run: all that is needed where the network does not matter. */
export type HostShell = Pick<LabHost, "name" | "namespace" | "run">;

export interface VerbOptions extends Pick<SshOptions, "from" | "user"> {
  /** @default "m1" */
  readonly marker?: string;
}

/** A verb as in production: over a connection of its own, with the real ssh client. Never throws. */
export function runVerb(
  lab: Lab,
  host: LabHost,
  verb: Verb,
  payload: HostPayload,
  { marker = "m1", user = "root", ...options }: VerbOptions = {},
): Promise<RunResult> {
  return remembering(host, verb, payload, marker, (input) =>
    lab.ssh(host, hostCommand(verb, marker), { ...options, user, input, check: false }),
  );
}

/** The same verb where the network must not matter. */
export function runVerbLocally(
  host: HostShell,
  verb: Verb,
  payload: Pick<HostPayload, "input">,
  marker = "m1",
): Promise<RunResult> {
  return remembering(host, verb, payload, marker, (input) =>
    host.run(`sh -s ${verb} ${marker}`, { input, check: false }),
  );
}

/** What the last apply of the same payload printed, by host: confirm gets it, as the component gives it. */
const attempts = new Map<string, string>();

async function remembering(
  host: HostShell,
  verb: Verb,
  { input }: Pick<HostPayload, "input">,
  marker: string,
  run: (input: string) => Promise<RunResult>,
): Promise<RunResult> {
  const key = [host.namespace, marker, /^token (.*)$/m.exec(input)?.[1]].join(" ");
  const attempt = attempts.get(key) ?? "none";
  if (verb === "apply") await deliver(host, input);
  const result = await run(verb === "confirm" ? confirmInput(input, attempt) : input);
  const made = /^attempt (.*)$/m.exec(result.stdout)?.[1];
  if (made !== undefined) {
    attempts.set(key, made);
  }
  return result;
}

/** Brings the script of an apply to a host that has another one, or none, as the program does before it. */
export async function deliver(host: HostShell, applied: string): Promise<void> {
  const delivery = deliveryFor(applied);
  if (delivery === undefined) return;
  const isInstalled = `[ "$(sha256sum </var/lib/portknock/host.sh)" = "${delivery.digest}  -" ]`;
  await host.run(`if ${isInstalled} 2>/dev/null; then cat >/dev/null; else sh -s deliver -; fi`, {
    input: delivery.input,
    check: false,
  });
}

/** What confirm gets on standard input, after what apply got. */
export function confirmInput(applied: string, attempt: string): string {
  const [, owner = ""] = /^owner (.*)$/m.exec(applied) ?? [];
  return fillConfirmEnvelope({ owner, manifest: confirmManifest(owner, attempt) });
}

/** Applies and confirms, each over its own connection. */
export async function guard(
  lab: Lab,
  host: LabHost,
  payload: HostPayload,
  options?: VerbOptions,
): Promise<void> {
  for (const verb of ["apply", "confirm"] as const) {
    const { exitCode, stderr } = await runVerb(lab, host, verb, payload, options);
    if (exitCode !== 0) throw new Error(`${verb}: ${stderr}`);
  }
}

/** The report that the probe reads. */
export async function readStatus(lab: Lab, host: LabHost, network?: string): Promise<HostReport> {
  return toReport((await lab.ssh(host, statusCommand(network), { input: STATUS_SCRIPT })).stdout);
}

/** The same report where the network must not matter. */
export async function readStatusLocally(host: HostShell): Promise<HostReport> {
  return toReport((await host.run("sh -s status", { input: HOST_SCRIPT })).stdout);
}

export interface HostReport {
  readonly text: string;
  readonly state: string;
  readonly owner: string | undefined;
  readonly marker: string | undefined;
  readonly token: string | undefined;
  readonly observed: string;
  readonly findings: readonly string[];
  readonly admitted: readonly string[];
  /** The lines that begin with a word, without it. */
  lines(name: string): readonly string[];
}

function toReport(text: string): HostReport {
  const values = (name: string): readonly string[] =>
    text.split("\n").flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  const [state = "", observed = ""] = [...values("state"), ...values("observed")];
  return {
    text,
    state,
    owner: values("owner")[0],
    marker: values("marker")[0],
    token: values("token")[0],
    observed,
    findings: values("finding"),
    admitted: values("admitted"),
    lines: values,
  };
}

/** Everything that these scripts could leave behind on a host, but for a script that waits for its apply. */
export async function snapshot(host: HostShell): Promise<string> {
  const { stdout } = await host.run(
    [
      "nft list ruleset",
      "find /etc /var/lib /run/portknock* \\( -type d -printf '%p %m\\n' \\) -o -printf '%p %m %s %l\\n' 2>/dev/null | grep -v '^/run/portknock-script' | sort",
      "{ systemctl list-unit-files --no-legend --no-pager; systemctl list-units --all --no-legend --no-pager 'portknock*'; } | grep -v portknock-script | tr -s ' '",
      "ip -6 route show table local dev lo || :",
    ].join("; "),
  );
  return stdout;
}

/** Resolves when a candidate was rolled back, which its timer starts. */
export async function awaitRollback(host: HostShell): Promise<void> {
  const pending = "readlink /var/lib/portknock/candidate || systemctl is-active 'portknock-rollback*'";
  await waitUntil(
    async () => (await host.run(pending, { check: false })).exitCode !== 0,
    20,
    () => `${host.name}: rollback`,
  );
}

/** The table as it is listed, without counters; empty when there is none. */
export async function listTable(host: HostShell): Promise<string> {
  return (await host.run("nft -s list table inet portknock 2>/dev/null", { check: false })).stdout;
}

/** How a TCP connection to somewhere is answered; `silent` after so many seconds. */
export async function answerOf(
  from: Pick<Lab["operator"], "run">,
  address: string,
  port = 22,
  seconds = 2,
): Promise<"open" | "refused" | "silent"> {
  const script = `exec 3<>/dev/tcp/${address}/${port}`;
  const connect = ["timeout", `${seconds}`, "bash", "-c", script];
  const { exitCode, stderr } = await from.run(connect, { check: false });
  return exitCode === 0 ? "open" : /Connection refused/.test(stderr) ? "refused" : "silent";
}

/** Whether a connection to a port is accepted, from wherever. */
export async function canConnect(
  from: Pick<Lab["operator"], "run">,
  address: string,
  port: number,
  seconds?: number,
): Promise<boolean> {
  return (await answerOf(from, address, port, seconds)) === "open";
}
