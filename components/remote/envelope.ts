import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a verb of the host script works on. Both texts are secret. */
export interface Payload {
  readonly manifest: string;
  readonly ruleset: string;
}

/** The host script. `sh -s status` needs nothing else on its standard input. */
export const HOST_SCRIPT: string = readFileSync(join(__dirname, "host.sh"), "utf8");

const ENVELOPE = readFileSync(join(__dirname, "envelope.sh"), "utf8");

/** The text for standard input of `sh -s VERB`: the host script together with its payload. Secret. */
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
