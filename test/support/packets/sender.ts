import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { createScriptRunner } from "./runSteps";
import type { Step } from "./step";

// Started in a client's network; scripts come over a socket in the file system, which no network parts.
// A line in is the steps of one script, a line out their reports; scripts on several connections overlap.
async function main(socketPath: string): Promise<void> {
  const runSteps = createScriptRunner();
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    createInterface({ input: connection }).on("line", async (line) => {
      const steps: readonly Step[] = JSON.parse(line);
      connection.write(`${JSON.stringify(await runSteps(steps))}\n`);
    });
  });
  server.listen(socketPath);
  await once(server, "listening");
  process.stdout.write("ready\n");
}

void main(process.argv[2] ?? "");
