import { execFileSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TYPES = ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa"] as const;

type KeyType = (typeof TYPES)[number];

/** One key of each type, in every form that tools write. */
export interface KeyForms {
  readonly openSsh: Readonly<Record<KeyType, string>>;
  readonly pkcs8: Readonly<Record<KeyType, string>>;
  /** PKCS#1 for RSA, SEC1 for ECDSA; there is none for ed25519. */
  readonly traditional: Readonly<Record<Exclude<KeyType, "ed25519">, string>>;
  /** With the password {@link PASSWORD}: by what it is encrypted with. */
  readonly openSshEncrypted: Readonly<
    Record<"aes256-ctr" | "aes256-cbc" | "aes128-ctr" | "aes256-gcm@openssh.com", string>
  >;
  readonly rsaEncrypted: Readonly<Record<"aes128" | "aes256" | "des3", string>>;
  readonly ecdsaEncrypted: string;
  readonly pkcs8Encrypted: string;
  /** As `openssl ecparam -genkey` writes it: the curve in a block of its own. */
  readonly withParameters: string;
  /** As `openssl rsa -text` writes it. */
  readonly withText: string;
  /** Lines for authorized_keys. */
  readonly publicKeys: readonly string[];
}

export const PASSWORD = "open sesame";

export function makeKeyForms(): KeyForms {
  const folder = mkdtempSync(join(tmpdir(), "portknock-forms-"));
  try {
    return makeIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeIn(folder: string): KeyForms {
  const file = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(file(name), "utf8");
  const keygen = (...args: readonly string[]) =>
    execFileSync("ssh-keygen", ["-q", ...args], { stdio: "pipe" });
  const openssl = (...args: readonly string[]) =>
    execFileSync("openssl", [...args], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  const perType = (make: (type: KeyType) => string) =>
    Object.fromEntries(TYPES.map((type) => [type, make(type)])) as Record<KeyType, string>;

  // What openssl generates is converted to the OpenSSH form by ssh-keygen, and ed25519 both ways by itself.
  for (const bits of ["256", "384", "521"])
    keygen("-t", "ecdsa", "-b", bits, "-N", "", "-f", file(`ecdsa${bits}`));
  keygen("-t", "rsa", "-b", "2048", "-N", "", "-f", file("rsa"));
  keygen("-t", "ed25519", "-N", "", "-f", file("ed25519"));
  for (const type of TYPES.filter((each) => each !== "ed25519")) {
    copyFileSync(file(type), file(`${type}.pem`));
    keygen("-p", "-m", "PEM", "-N", "", "-f", file(`${type}.pem`));
  }
  const traditional = (type: KeyType) => (type === "ed25519" ? "" : read(`${type}.pem`));
  openssl("genpkey", "-algorithm", "ed25519", "-out", file("ed25519.pkcs8"));
  const pkcs8 = perType((type) =>
    type === "ed25519"
      ? read("ed25519.pkcs8")
      : openssl("pkcs8", "-topk8", "-nocrypt", "-in", file(`${type}.pem`)),
  );
  const encrypted = (cipher: string) => {
    copyFileSync(file("ed25519"), file("locked"));
    keygen("-p", "-Z", cipher, "-N", PASSWORD, "-f", file("locked"));
    return read("locked");
  };
  const pass = ["-passout", `pass:${PASSWORD}`];
  const lockedRsa = (cipher: string) =>
    openssl("rsa", "-traditional", `-${cipher}`, ...pass, "-in", file("rsa.pem"));
  return {
    openSsh: perType(read),
    pkcs8,
    traditional: perType(traditional),
    openSshEncrypted: {
      "aes256-ctr": encrypted("aes256-ctr"),
      "aes256-cbc": encrypted("aes256-cbc"),
      "aes128-ctr": encrypted("aes128-ctr"),
      "aes256-gcm@openssh.com": encrypted("aes256-gcm@openssh.com"),
    },
    rsaEncrypted: { aes128: lockedRsa("aes128"), aes256: lockedRsa("aes256"), des3: lockedRsa("des3") },
    ecdsaEncrypted: openssl("ec", "-aes256", ...pass, "-in", file("ecdsa256.pem")),
    pkcs8Encrypted: openssl("pkcs8", "-topk8", ...pass, "-in", file("rsa.pem")),
    withParameters: `${openssl("ecparam", "-name", "prime256v1")}${read("ecdsa256.pem")}`,
    withText: openssl("rsa", "-traditional", "-text", "-in", file("rsa.pem")),
    publicKeys: [...TYPES.map((type) => read(`${type}.pub`)), openSshPublic(pkcs8.ed25519)],
  };
}

/** The public key of an ed25519 key in PEM, as a line of authorized_keys. */
function openSshPublic(pem: string): string {
  const { x = "" } = createPublicKey(pem).export({ format: "jwk" });
  const fields = [Buffer.from("ssh-ed25519"), Buffer.from(x, "base64url")];
  const sized = fields.flatMap((field) => [Buffer.from([0, 0, 0, field.length]), field]);
  return `ssh-ed25519 ${Buffer.concat(sized).toString("base64")}\n`;
}
