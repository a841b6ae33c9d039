/** How a packet may carry a token: written down once more, since the compiler's own list is what is tested. */
export const CARRIERS = {
  /** Nothing but the token. */
  datagram: (token: string) => token,
  /** A read request of RFC 1350: its name is the token. */
  tftp: (token: string) => `0001${token}00${hex("octet")}00`,
  /** A query for the address of a name of one label, which is the token. */
  dns: (token: string) => `000001000001000000000000${"10"}${token}00${"0001"}${"0001"}`,
} as const;

export type Carrier = keyof typeof CARRIERS;

/** What `ping -p` sends: the time, and then the pattern over and over. */
export function echoData(token: string): string {
  return `${"a5".repeat(16)}${token.repeat(3).slice(0, 80)}`;
}

/** What is not as long as it should be carries no token. */
export type Length = "shorter" | "longer";

export function resized(data: string, length: Length | undefined): string {
  if (length === undefined) return data;
  return length === "longer" ? `${data}00` : data.slice(0, -2);
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}
