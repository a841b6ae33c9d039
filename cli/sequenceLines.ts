import { isIPv6 } from "node:net";
import type { Knock } from "../components/policy/policy";

/** A line to paste that knocks, and where it runs. */
export interface SequenceLine {
  readonly systems: string;
  readonly line: string;
}

/**
 * What knocks without this program, one line for each.
 *
 * @param address a name or an address, without anything that a shell would take for its own
 */
export function sequenceLines(sequence: readonly Knock[], address: string): readonly SequenceLine[] {
  const is6 = isIPv6(address);
  return [
    { systems: "knockd's knock", line: knockLine(sequence, address) },
    {
      systems: sequence.some(({ protocol }) => protocol === "udp") ? "nmap, as root" : "nmap",
      line: sequence
        .map(
          ({ protocol, port }) =>
            `nmap ${is6 ? "-6 " : ""}${protocol === "udp" ? "-sU " : ""}-Pn -n --max-retries 0 -p ${port} ${address}`,
        )
        .join("; "),
    },
    {
      systems: "Linux, bash",
      // A SYN without an answer is sent again after a second, which would be a wrong knock.
      line: sequence
        .map(({ protocol, port }) =>
          protocol === "udp"
            ? `bash -c 'echo >/dev/udp/${address}/${port}'; sleep 0.1`
            : `timeout 0.4 bash -c ': </dev/tcp/${address}/${port}' 2>/dev/null`,
        )
        .join("; "),
    },
    {
      systems: "Windows, PowerShell",
      line: sequence
        .map(({ protocol, port }) =>
          protocol === "udp"
            ? `$null=(New-Object Net.Sockets.UdpClient('${address}',${port})).Send([byte[]](0),1); Start-Sleep -m 100`
            : `$c=New-Object Net.Sockets.TcpClient('${is6 ? "InterNetworkV6" : "InterNetwork"}'); $null=$c.BeginConnect('${address}',${port},$null,$null); Start-Sleep -m 200; $c.Close()`,
        )
        .join("; "),
    },
  ];
}

/** For the client that comes with knockd, and for whoever reads it. */
export function knockLine(sequence: readonly Knock[], address: string): string {
  const knocks = sequence.map(({ protocol, port }) => `${port}:${protocol}`).join(" ");
  return `knock ${isIPv6(address) ? "-6 " : ""}-d 100 ${address} ${knocks}`;
}
