/**
 * A stand-in for version 1.2.1 of the vendor's command plugin, for machines that cannot download it. It implements
 * `command:remote:Command` only, behaves as the contract test says, and is never shipped.
 */
import { main } from "@pulumi/pulumi/provider";
import { commandProvider } from "./commandProvider";
import { connectEngineLog } from "./engineLog";

// The engine names its own address first; the other arguments are flags.
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));

void main(commandProvider(connectEngineLog(engineAddress)), process.argv.slice(2));
