import { utils } from "ssh2";

/** A host's public key. */
export interface HostKey {
  readonly type: HostKeyType;
  /** As it is sent over the wire. */
  readonly blob: Buffer;
}

const HOST_KEY_TYPES = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
] as const;

export type HostKeyType = (typeof HOST_KEY_TYPES)[number];

/**
 * The first key in a text, as the command plugin finds it: in a line of a public key file or of known_hosts, behind
 * at most one word or list of options. Undefined where there is none, and so for a known_hosts line with a marker.
 */
export function readHostKey(text: string): HostKey | undefined {
  for (const line of text.split("\n")) {
    const content = (line.split("\r")[0] ?? "").trim();
    if (content === "" || content.startsWith("#")) {
      continue;
    }
    const afterType = withoutWord(content);
    const key = readBlob(afterType) ?? readBlob(withoutWord(withoutOptions(content)));
    if (key !== undefined) {
      return key;
    }
  }
  return undefined;
}

function withoutWord(text: string): string {
  return text.replace(/^[^ \t]*[ \t]*/, "");
}

/** Options are one word in which quoted text may hold blanks. */
function withoutOptions(text: string): string {
  return text.replace(/^(?:"(?:\\"|[^"])*"|[^ \t"])*[ \t]*/, "");
}

/** The key's own bytes say what it is; the word before them may say what it likes. */
function readBlob(text: string): HostKey | undefined {
  const base64 = /^[^ \t]*/.exec(text)?.[0] ?? "";
  const blob = Buffer.from(base64, "base64");
  if (base64 === "" || blob.toString("base64") !== base64 || blob.length < 4) {
    return undefined;
  }
  const name = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
  const type = HOST_KEY_TYPES.find((known) => known === name);
  if (type === undefined) {
    return undefined;
  }
  const parsed = utils.parseKey(`${type} ${base64}`);
  return !(parsed instanceof Error) && parsed.getPublicSSH().equals(blob) ? { type, blob } : undefined;
}
