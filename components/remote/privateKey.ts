import { createPrivateKey, type KeyObject, randomBytes } from "node:crypto";
import { type ParsedKey, utils } from "ssh2";

export type PrivateKeyResult =
  | { readonly kind: "value"; readonly key: ParsedKey }
  | { readonly kind: "refused"; readonly refusal: KeyRefusal };

/** What is wrong with a key, in words without a part of it. */
export interface KeyRefusal {
  readonly field: "privateKey" | "privateKeyPassword";
  readonly problem: string;
  readonly remedy: string;
}

const REWRITE = "ssh-keygen -p -f FILE writes it anew, in OpenSSH form";

/** Hosts share keys, and a password makes one cost a tenth of a second. */
const known = new Map<string, PrivateKeyResult>();

/** Reads what the command plugin reads, and refuses what it refuses: it has a mind of its own about passwords. */
export function readPrivateKey(text: string, password: string | undefined): PrivateKeyResult {
  const id = JSON.stringify([text, password]);
  const result = known.get(id) ?? read(text, password);
  known.set(id, result);
  return result;
}

interface PemBlock {
  readonly type: string;
  readonly headers: string;
  readonly body: Buffer;
}

function read(text: string, password: string | undefined): PrivateKeyResult {
  const block = firstBlock(text);
  if (block === undefined) {
    return refuse("privateKey", "is no private key", "give the whole text of the key's file");
  }
  switch (block.type) {
    case "OPENSSH PRIVATE KEY":
      return readOpenSsh(block, password);
    case "RSA PRIVATE KEY":
      return readPem(block, "pkcs1", password);
    case "EC PRIVATE KEY":
      return readPem(block, "sec1", password);
    case "PRIVATE KEY":
      return readPem(block, "pkcs8", password);
    case "ENCRYPTED PRIVATE KEY":
      return refuse("privateKey", "is encrypted in PKCS#8 form, which Pulumi cannot read", REWRITE);
    default:
      return refuse(
        "privateKey",
        "begins with a PEM block of another kind",
        "give the private key's block alone",
      );
  }
}

/** The first PEM block counts, whatever stands before or behind it. */
function firstBlock(text: string): PemBlock | undefined {
  const lines = text.replaceAll("\r\n", "\n");
  const found = /^-----BEGIN ([A-Z ]+)-----[ \t]*\n([\s\S]*?)^-----END \1-----[ \t]*$/m.exec(lines);
  const [, type, content] = found ?? [];
  if (type === undefined || content === undefined) {
    return undefined;
  }
  const headers = /^(?:[^:\n]+:.*\n)*/.exec(content)?.[0] ?? "";
  return { type, headers, body: Buffer.from(content.slice(headers.length), "base64") };
}

function readOpenSsh({ body }: PemBlock, password: string | undefined): PrivateKeyResult {
  const cipher = openSshCipher(body);
  if (cipher === undefined) {
    return unreadable();
  }
  const mismatch = passwordMismatch(cipher !== "none", password);
  if (mismatch !== undefined) {
    return mismatch;
  }
  if (!["none", "aes256-ctr", "aes256-cbc"].includes(cipher)) {
    return refuse(
      "privateKey",
      "is encrypted with a cipher that Pulumi does not know",
      "ssh-keygen -p -Z aes256-ctr -f FILE writes it anew",
    );
  }
  return parsed(pem("OPENSSH PRIVATE KEY", body), password);
}

/** The name of the cipher is the first text behind the magic word. */
function openSshCipher(body: Buffer): string | undefined {
  const magic = "openssh-key-v1\0";
  const start = magic.length + 4;
  if (body.length < start || body.subarray(0, magic.length).toString("latin1") !== magic) {
    return undefined;
  }
  return body.subarray(start, start + body.readUInt32BE(magic.length)).toString("latin1");
}

function readPem(
  { type, headers, body }: PemBlock,
  form: "pkcs1" | "sec1" | "pkcs8",
  password: string | undefined,
): PrivateKeyResult {
  const isEncrypted = /^Proc-Type:.*ENCRYPTED/m.test(headers);
  const mismatch = passwordMismatch(isEncrypted, password);
  if (mismatch !== undefined) {
    return mismatch;
  }
  try {
    const key = isEncrypted
      ? createPrivateKey({ key: pem(type, body, headers), passphrase: password ?? "" })
      : createPrivateKey({ key: body, format: "der", type: form });
    return parsed(inKnownForm(key), undefined);
  } catch {
    // OpenSSL's errors say nothing that a person could use.
    return isEncrypted ? wrongPassword() : unreadable();
  }
}

function passwordMismatch(isEncrypted: boolean, password: string | undefined): PrivateKeyResult | undefined {
  if (isEncrypted && password === undefined) {
    return refuse("privateKeyPassword", "is missing, and the key is encrypted", "give it as a secret");
  }
  return !isEncrypted && password !== undefined
    ? refuse(
        "privateKeyPassword",
        "is given, but the key is not encrypted",
        "leave it out: Pulumi refuses both together",
      )
    : undefined;
}

/** ssh2 reads neither PKCS#8 nor any PEM of an ed25519 key. */
function inKnownForm(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    case "ed25519":
      return openSshForm(key);
    default:
      throw new Error("no key for SSH");
  }
}

/** The OpenSSH form of an ed25519 key: PROTOCOL.key of OpenSSH, unencrypted. */
function openSshForm(key: KeyObject): string {
  const { x = "", d = "" } = key.export({ format: "jwk" });
  const [point, seed] = [Buffer.from(x, "base64url"), Buffer.from(d, "base64url")];
  const publicKey = Buffer.concat([field("ssh-ed25519"), field(point)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, publicKey, field(Buffer.concat([seed, point])), field("")]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8));
  const head = [Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), number(1)];
  return pem(
    "OPENSSH PRIVATE KEY",
    Buffer.concat([...head, field(publicKey), field(Buffer.concat([secret, padding]))]),
  );
}

function field(content: string | Buffer): Buffer {
  return Buffer.concat([number(Buffer.byteLength(content)), Buffer.from(content)]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function pem(type: string, body: Buffer, headers = ""): string {
  const lines = body.toString("base64").match(/.{1,64}/g) ?? [];
  const head = headers
    .trim()
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const intro = head.length === 0 ? [] : [...head, ""];
  return [`-----BEGIN ${type}-----`, ...intro, ...lines, `-----END ${type}-----`, ""].join("\n");
}

function parsed(text: string, password: string | undefined): PrivateKeyResult {
  const key = utils.parseKey(text, password);
  if (key instanceof Error) {
    return password === undefined ? unreadable() : wrongPassword();
  }
  // OpenSSH's form may hold several keys in theory.
  const single = Array.isArray(key) ? key[0] : key;
  return single === undefined || single.type === "ssh-dss"
    ? refuse("privateKey", "is of a type that Pulumi or today's servers do not take", "make an ed25519 key")
    : { kind: "value", key: single };
}

function unreadable(): PrivateKeyResult {
  return refuse("privateKey", "cannot be read", `give an ed25519, ECDSA or RSA key; ${REWRITE}`);
}

function wrongPassword(): PrivateKeyResult {
  return refuse(
    "privateKeyPassword",
    "does not open the key, or the key is damaged",
    "give the key's own password",
  );
}

function refuse(field: KeyRefusal["field"], problem: string, remedy: string): PrivateKeyResult {
  return { kind: "refused", refusal: { field, problem, remedy } };
}
