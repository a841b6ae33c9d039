import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "./packing";

/** What confirm and a delivery work on. */
export interface Order {
  /** As `printOwner` prints it. */
  readonly owner: string;
  readonly manifest: string;
}

/** What apply works on. Both texts are secret. */
export interface Payload extends Order {
  /** Of `packRuleset`: many hosts may have the same. */
  readonly packedRuleset: string;
}

/** The files of the host script, in the order in which they are sent: only the last one runs anything. */
const PARTS = [
  "state",
  "kernel",
  "listing",
  "windows",
  "flush",
  "tokens",
  "hashing",
  "timer",
  "dictionary",
  "payload",
  "network",
  "boot",
  "apply",
  "confirm",
  "rollback",
  "drift",
  "status",
  "main",
] as const;

/** The host script. `sh -s status` needs nothing else on its standard input. */
export const HOST_SCRIPT: string = joined(PARTS);

/** As it runs on a host, and is kept there. */
const SENT_SCRIPT = sent(HOST_SCRIPT);

/** By which a host is told which host script to run. */
export const SCRIPT_DIGEST: string = sha256(SENT_SCRIPT);

/** The line that the command text waits for. */
const START = `${oneLine(read("start.sh"))}\n`;

/** The text for standard input of the probe's command, which unpacks nothing. */
export const STATUS_SCRIPT: string = START + sent(joined(PARTS.filter((part) => part !== "dictionary")));

const APPLY = envelopeOf("envelope");
const CONFIRM = envelopeOf("confirmEnvelope");

/** Made when it is first needed, for to pack the host script takes longer than all else here. */
let delivery: string | undefined;

/** The text for standard input of apply, which remove has too: its payload, and no host script. Secret. */
export function fillEnvelope({ owner, manifest, packedRuleset }: Payload): string {
  return fill(APPLY, { owner, manifest }, `\n${packedRuleset}`);
}

/** The text for standard input of confirm: which attempt it is, and whose. */
export function fillConfirmEnvelope(order: Order): string {
  return fill(CONFIRM, order);
}

/** The text for standard input of a delivery: the host script, and whose apply it is for. */
export function fillDeliveryEnvelope(order: Order): string {
  delivery ??= fillHereDocument(envelopeOf("deliveryEnvelope"), {
    mark: "PORTKNOCK_HOST_SH",
    text: pack(SENT_SCRIPT),
  });
  return fill(delivery, order);
}

/** @param others what follows the manifest, which ends at an empty line */
function fill(envelope: string, { owner, manifest }: Order, others = ""): string {
  if (!/^(?:.+\n)+$/.test(manifest)) {
    throw new Error("bug: a manifest is not made of lines");
  }
  const [, host = ""] = /\/([\w.-]+)$/.exec(owner) ?? [];
  const variables = [
    `host=${host}`,
    ...(envelope === CONFIRM ? [] : [`script=${SCRIPT_DIGEST}`]),
    ...(envelope === APPLY ? [`staged=/run/portknock-script.${sha256(`${owner}\n`).slice(0, 16)}`] : []),
  ];
  return fillHereDocument(`${START}${variables.join(" ")}\n${envelope}`, {
    mark: "PAYLOAD",
    text: manifest + others,
  });
}

interface HereDocument {
  readonly mark: string;
  readonly text: string;
}

function fillHereDocument(script: string, { mark, text }: HereDocument): string {
  if (!text.endsWith("\n") || `\n${text}`.includes(`\n${mark}\n`)) {
    throw new Error(`bug: a text cannot stand before the line ${mark}`);
  }
  const end = script.lastIndexOf(`\n${mark}\n`) + 1;
  return script.slice(0, end) + text + script.slice(end);
}

function envelopeOf(file: string): string {
  return sent(read("root.sh") + read(`${file}.sh`));
}

function joined(parts: readonly string[]): string {
  return parts.map((part) => read(join("host", `${part}.sh`))).join("\n");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A host needs no comments, and no indentation: what a script writes somewhere has neither. */
function sent(script: string): string {
  return script
    .split("\n")
    .map((line) => line.replace(/^\t+/, ""))
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}

function oneLine(script: string): string {
  const lines = script.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join(" ");
}

function read(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
