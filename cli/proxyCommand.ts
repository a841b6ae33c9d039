import type { Socket } from "node:net";
import { type Command, Option } from "commander";
import { closedAgain, comeIn } from "../components/client/comeIn";
import { usageError } from "./commandError";
import { parseDelay } from "./delay";
import { type DoorFlags, findDoors, openingOf } from "./door";
import { addDoorOptions } from "./doorOptions";
import { readTcpPort } from "./readTcpPort";

interface ProxyFlags extends Omit<DoorFlags, "port"> {
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly within: string;
}

const EXAMPLES = `
For OpenSSH, which runs it in the place of a connection of its own: ssh, scp, sftp, rsync and git over ssh then knock by
themselves. Knocks and connects to the same address, again and again until the port answers.

Examples:
  $ portknock proxy web-1 22
  $ ssh -o ProxyCommand='portknock proxy %h %p' web-1`;

export function addProxyCommand(program: Command): void {
  const command = program
    .command("proxy")
    .summary("knock and connect, as ProxyCommand of ssh")
    .description("Knocks at a host, connects to a port of it, and passes on what comes and goes.")
    .argument("<NAME>", "a host of --stack by its name in the program, or one that portknock enroll took in")
    .argument("<PORT>", "the TCP port to connect to");
  addDoorOptions(command)
    .addOption(new Option("-4, --ipv4", "over IPv4 only").conflicts("ipv6"))
    .option("-6, --ipv6", "over IPv6 only")
    .option("--within <TIME>", "how long it may take until the port answers", "15s")
    .addHelpText("after", EXAMPLES)
    .action(runProxy);
}

async function runProxy(name: string, portText: string, flags: ProxyFlags): Promise<void> {
  const port = readTcpPort(portText, "PORT");
  const [door] = (await findDoors([name], { ...flags, port })) ?? [];
  if (door === undefined) {
    throw usageError("NAME: is no host that is enrolled; give --stack, or run portknock enroll");
  }
  const family = flags.ipv4 === true ? 4 : flags.ipv6 === true ? 6 : undefined;
  const socket = await comeIn({
    host: door.host,
    port,
    opening: openingOf(door.secret),
    withinMilliseconds: parseDelay(flags.within, "--within"),
    ...(family !== undefined && { family }),
  });
  if ((await passOn(socket)) === 0) {
    throw closedAgain(door.host, port);
  }
}

/** Until the other side ends it. Its answer is how many bytes came from there. */
function passOn(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    // What was cut off on the way, whoever speaks through it tells better than we could.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      process.stdin.unpipe(socket).destroy();
      resolve(socket.bytesRead);
    });
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
  });
}
