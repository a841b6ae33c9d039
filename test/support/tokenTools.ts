import { spawnSync } from "node:child_process";

/** Something that sends a token, the line of `portknock token` that it is for, and how it is run here. */
export interface TokenTool {
  /** A knocker's name, too. */
  readonly name: string;
  /** How the line begins. */
  readonly begin: string;
  readonly command: string;
  readonly remedy: string;
  /** What it prints of itself must be this: others of that name take other options. */
  readonly is?: { readonly arg: string; readonly says: string };
  /** What to run in a shell for the line, where that is not the line itself. */
  readonly shellLine?: (line: string) => string;
}

export const TOKEN_TOOLS: readonly TokenTool[] = [
  { name: "bash", begin: "bash -c ", command: "bash", remedy: "run: apt-get install -y bash" },
  { name: "nc", begin: "printf ", command: "nc", remedy: "run: apt-get install -y netcat-openbsd" },
  { name: "perl", begin: "perl ", command: "perl", remedy: "run: apt-get install -y perl" },
  { name: "python", begin: "python3 ", command: "python3", remedy: "run: apt-get install -y python3" },
  { name: "dig", begin: "dig ", command: "dig", remedy: "run: apt-get install -y bind9-dnsutils" },
  {
    name: "nslookup",
    begin: "nslookup ",
    command: "nslookup",
    remedy: "run: apt-get install -y bind9-dnsutils",
  },
  { name: "curl", begin: "curl ", command: "curl", remedy: "run: apt-get install -y curl" },
  {
    name: "ping",
    begin: "ping ",
    command: "ping",
    remedy: "run: apt-get install -y iputils-ping",
    is: { arg: "-V", says: "iputils" },
  },
  {
    name: "curl-exe",
    begin: "curl.exe ",
    command: "curl",
    remedy: "run: apt-get install -y curl",
    shellLine: (line) => line.replace("curl.exe", "curl"),
  },
  {
    name: "powershell",
    begin: "(New-Object ",
    command: "pwsh",
    remedy: "install PowerShell",
    shellLine: (line) => `pwsh -NoProfile -Command "${line}"`,
  },
];

/** Why a tool cannot be tried here, in one line with its remedy; undefined when it can. */
export function tokenToolProblem({ command, is, remedy }: TokenTool): string | undefined {
  const { error, stdout } = spawnSync(command, [is?.arg ?? "--version"], { encoding: "utf8" });
  if (error !== undefined) return `not found: ${command}; ${remedy}`;
  return is === undefined || stdout.includes(is.says)
    ? undefined
    : `${command} is not that of ${is.says}; ${remedy}`;
}

/** What macOS's `ping`, and its `ping6`, send for a pattern, by their sources: 8 bytes of time, then the pattern again and again. */
export const MAC_PING = `
import re, socket, struct, sys
line, address = sys.argv[1:]
pattern = bytes.fromhex(re.search(r"-p ([0-9a-f]{32}) ", line)[1])
size = 56
if line.startswith("ping6"):
    size = int(re.search(r"-s (\\d+) ", line)[1])
data = (bytes(8) + pattern * 4)[:size]
def checksum(packet):
    total = sum(struct.unpack("!%dH" % (len(packet) // 2), packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
if ":" in address:
    packet = struct.pack("!BBHHH", 128, 0, 0, 7, 0) + data
    socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58).sendto(packet, (address, 0))
else:
    packet = struct.pack("!BBHHH", 8, 0, 0, 7, 0) + data
    packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).sendto(packet, (address, 0))
`;
