import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a verb of the host script works on. Both texts are secret. */
export interface Payload {
  readonly manifest: string;
  readonly ruleset: string;
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
  "boot",
  "apply",
  "confirm",
  "rollback",
  "drift",
  "status",
  "main",
] as const;

/** The host script. `sh -s status` needs nothing else on its standard input. */
export const HOST_SCRIPT: string = PARTS.map((part) => read(join("host", `${part}.sh`))).join("\n");

/** The line that the command text waits for. */
const START = `${oneLine(read("start.sh"))}\n`;

const ENVELOPE = START + read("envelope.sh");

/** The text for standard input of the probe's command. */
export const STATUS_SCRIPT: string = START + HOST_SCRIPT;

/** The text for standard input of a verb's command: the host script together with its payload. Secret. */
export function fillEnvelope(payload: Payload): string {
  return [
    { mark: "PORTKNOCK_HOST_SH", text: HOST_SCRIPT },
    { mark: "PORTKNOCK_MANIFEST", text: payload.manifest },
    { mark: "PORTKNOCK_RULESET", text: payload.ruleset },
  ].reduce(fillHereDocument, ENVELOPE);
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

function oneLine(script: string): string {
  const lines = script.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join(" ");
}

function read(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
