import type { Socket } from "node:net";
import type { Command } from "commander";
import { closedAgain, comeIn } from "../components/client/comeIn";
import { CommandError } from "./commandError";
import { parseDelay } from "./delay";
import { type DoorFlags, doorOf, findCard, openingOf } from "./door";
import { addDoorOptions } from "./doorOptions";
import { addFamilyOptions, type FamilyFlags, familyOf } from "./family";
import { readTcpPort } from "./readTcpPort";

interface ProxyFlags extends DoorFlags, FamilyFlags {
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
  addFamilyOptions(addDoorOptions(command))
    .option("--within <TIME>", "how long it may take until the port answers", "15s")
    .addHelpText("after", EXAMPLES)
    .action(runProxy);
}

async function runProxy(name: string, portText: string, flags: ProxyFlags): Promise<void> {
  const port = readTcpPort(portText, "PORT");
  const door = doorOf(await findCard(name, flags), { ...flags, port });
  const socket = await comeIn({
    host: door.host,
    port,
    opening: openingOf(door.secret),
    withinMilliseconds: parseDelay(flags.within, "--within"),
    ...familyOf(flags),
  });
  const isCut = await passOn(socket);
  if (socket.bytesRead === 0) {
    throw closedAgain(door.host, port);
  }
  if (isCut) {
    throw new CommandError(1, [
      `${door.host}: the connection was cut; see what ends it there, or on the way`,
    ]);
  }
}

/** Until the other side ends it, or nobody reads any more what comes from there. Its answer is whether it was cut. */
function passOn(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    process.stdout.once("error", () => socket.destroy());
    socket.once("close", (isCut) => {
      process.stdin.unpipe(socket).destroy();
      resolve(isCut);
    });
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
  });
}
