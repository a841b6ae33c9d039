import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fillDeliveryEnvelope } from "../../components/remote/envelope";
import { deliveryManifest } from "../../components/remote/manifest";
import { pack } from "../../components/remote/packing";

const PACKED = /(<<'PORTKNOCK_HOST_SH'.*\n)(.*\n)(PORTKNOCK_HOST_SH\n)/;
const NAMED = /^script ([0-9a-f]{64})$/m;

/** The host script as it travels. */
export function sentScript(): string {
  return unpack(
    PACKED.exec(fillDeliveryEnvelope({ owner: "a/b/c/d", manifest: "owner a/b/c/d\n" }))?.[2] ?? "",
  );
}

/** What a host makes of a packed text. */
export function unpack(packed: string): string {
  return gunzipSync(Buffer.from(packed, "base64")).toString();
}

/** What a host makes of a packed ruleset, by the dictionary as it travels. */
export function unpackRuleset(packed: string): string {
  const script = sentScript();
  const [, bytes] = /^dictionary_bytes=(\d+)$/m.exec(script) ?? [];
  const input = Buffer.from(script.replace(/^portknock_main .*\n$/m, "dictionary\n"));
  const { stdout } = spawnSync("sh", ["-s"], { input });
  return gunzipSync(Buffer.concat([stdout, Buffer.from(packed, "base64")]))
    .subarray(Number(bytes))
    .toString();
}

/** Scripts that stand in the host script's place, by their digests. */
const others = new Map<string, string>();

/** What apply gets, for another script in the host script's place. */
export function withScript(envelope: string, edit: (script: string) => string): string {
  const script = edit(sentScript());
  const digest = createHash("sha256").update(script).digest("hex");
  others.set(digest, script);
  return naming(envelope, digest);
}

/** What apply gets, for another script that stands in a folder as if it was installed. */
export function installedAs(folder: string, envelope: string, script: string): string {
  const input = withScript(envelope, () => script);
  const [, digest] = / script=([0-9a-f]+)/.exec(input) ?? [];
  const installed = join(folder, `${digest}.sh`);
  writeFileSync(installed, script);
  return input.replaceAll("/var/lib/portknock/host.sh", installed);
}

/** What a delivery gets that brings the script which an apply is for; nothing where it names none. */
export function deliveryFor(
  envelope: string,
): { readonly digest: string; readonly input: string } | undefined {
  const [, owner = ""] = /^owner (.*)$/m.exec(envelope) ?? [];
  const [, digest] = NAMED.exec(envelope) ?? [];
  if (digest === undefined) return undefined;
  const manifest = deliveryManifest(owner, digest);
  const input = naming(fillDeliveryEnvelope({ owner, manifest }), digest);
  const other = others.get(digest);
  return {
    digest,
    input:
      other === undefined ? input : input.replace(PACKED, (_, begin, __, end) => begin + pack(other) + end),
  };
}

function naming(envelope: string, digest: string): string {
  return envelope.replace(NAMED, `script ${digest}`).replace(/ script=[0-9a-f]+/, ` script=${digest}`);
}
