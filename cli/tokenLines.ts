import { isIPv6 } from "node:net";
import { TOKEN_PORT } from "../components/client/knock";
import { isPlain } from "./chooseToken";

/** Lines to paste on some systems, each of which sends the token. */
export interface TokenLines {
  readonly systems: string;
  readonly lines: readonly string[];
}

/**
 * What sends a token so that it stands where `tokenRules` looks for it.
 *
 * @param address a name or an address, without anything that a shell would take for its own
 */
export function tokenLines(token: string, address: string): readonly TokenLines[] {
  const bytes = [...Buffer.from(token, "hex")];
  const label = bytes
    .map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `\\${digits(byte)}`))
    .join("");
  const url = `tftp://${isIPv6(address) ? `[${address}]` : address}/${written(bytes, "%", 16, 2).toUpperCase()}`;
  return [
    {
      systems: "Linux, macOS",
      lines: [
        `bash -c 'printf "${written(bytes, "\\x", 16, 2)}" >/dev/udp/${address}/${TOKEN_PORT}'`,
        `printf '${written(bytes, "\\", 8, 3)}' | nc -u -w1 ${address} ${TOKEN_PORT}`,
        `perl -MIO::Socket::IP -e 'print {IO::Socket::IP->new(PeerHost=>"${address}",PeerPort=>${TOKEN_PORT},Proto=>"udp")} pack("H*","${token}")'`,
        `python3 -c 'import socket as s; s.socket(s.${isIPv6(address) ? "AF_INET6" : "AF_INET"}, s.SOCK_DGRAM).sendto(bytes.fromhex("${token}"), ("${address}", ${TOKEN_PORT}))'`,
        // The dot at the end keeps a search list away.
        `dig +noedns +tries=1 +time=1 @${address} '${label}.'`,
        `nslookup -retry=1 -timeout=1 '${label}.' ${address}`,
        `curl -s --tftp-no-options -m 1 '${url}'`,
      ],
    },
    { systems: "Linux", lines: [`ping -c 1 -p ${token} ${address}`] },
    { systems: "macOS", lines: [macPing(token, address)] },
    {
      systems: "Windows, PowerShell",
      lines: [
        `(New-Object Net.Sockets.UdpClient('${address}',${TOKEN_PORT})).Send([byte[]](${bytes.join(",")}),${bytes.length})`,
      ],
    },
    {
      systems: "Windows, PowerShell or cmd",
      lines: [`curl.exe -s --tftp-no-options -m 1 "${url}"`],
    },
  ];
}

/**
 * Linux repeats the pattern from the begin of the data on and writes the time over its first 16 bytes; macOS repeats it
 * behind the time, which takes 8 bytes there. So its second half stands first where the token must begin.
 */
function macPing(token: string, address: string): string {
  const half = token.length / 2;
  const pattern = `${token.slice(half)}${token.slice(0, half)}`;
  return isIPv6(address) ? `ping6 -c 1 -s 56 -p ${pattern} ${address}` : `ping -c 1 -p ${pattern} ${address}`;
}

function written(bytes: readonly number[], prefix: string, base: number, width: number): string {
  return bytes.map((byte) => `${prefix}${byte.toString(base).padStart(width, "0")}`).join("");
}

function digits(byte: number): string {
  return `${byte}`.padStart(3, "0");
}
