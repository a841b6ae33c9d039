import { gunzipSync } from "node:zlib";
import { pack } from "../../components/remote/envelope";

const SENT = /(<<'PORTKNOCK_HOST_SH'.*\n)(.*\n)(PORTKNOCK_HOST_SH\n)/;

/** The host script as it travels to apply. */
export function sentScript(envelope: string): string {
  return unpack(SENT.exec(envelope)?.[2] ?? "");
}

/** What a host makes of a packed text. */
export function unpack(packed: string): string {
  return gunzipSync(Buffer.from(packed, "base64")).toString();
}

/** The same envelope with another script in the host script's place. */
export function withScript(envelope: string, edit: (script: string) => string): string {
  return envelope.replace(SENT, (_, begin, packed, end) => begin + pack(edit(unpack(packed))) + end);
}
