import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { freshTokens } from "../../../components/client/freshTokens";
import type { KnownOpening } from "../../../components/policy/deployerKnocks";
import { type HeldOpening, openWay } from "../../../components/remote/openWay";
import { hostKey } from "../../../components/tokens/tokenSecret";
import type { Knocked, KnockQuestion } from "./deployer";

/** Knocks as the program of an update does, in the deployer's network. A line in is where to, a line out what was sent. */
async function main(socketPath: string): Promise<void> {
  const knock = createKnocking();
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    createInterface({ input: connection }).on("line", async (line) => {
      connection.write(`${JSON.stringify(await knock(JSON.parse(line)))}\n`);
    });
  });
  server.listen(socketPath);
  await once(server, "listening");
  process.stdout.write("ready\n");
}

function createKnocking(): (question: KnockQuestion) => Promise<Knocked> {
  /** By whose they are: no token is sent twice while there are others. */
  const makers = new Map<string, () => string>();
  const held = (known: KnownOpening, host: string, onToken: (token: string) => void): HeldOpening => {
    const { name } = known;
    // Nobody holds a way open for longer than it takes to ask.
    const everySeconds = 3600;
    if (known.kind === "sequence") {
      return { name, everySeconds, opening: { kind: "sequence", sequence: known.sequence } };
    }
    const key = hostKey(known.secret, host, name);
    const next = makers.get(key) ?? freshTokens(key, known.perSlot);
    makers.set(key, next);
    const noted = (): string => {
      const token = next();
      onToken(token);
      return token;
    };
    return { name, everySeconds, opening: { kind: "tokens", next: noted } };
  };
  return async ({ address, port, name, openings }) => {
    const start = performance.now();
    const sent: string[] = [];
    const [first, ...others] = openings.map((known) => held(known, name, (token) => sent.push(token)));
    if (first === undefined) throw new Error("bug: there is nobody as whom to knock");
    const way = await openWay({ host: address, port }, [first, ...others]);
    way.close();
    return { tried: way.tried, token: sent.at(-1), seconds: (performance.now() - start) / 1000 };
  };
}

void main(process.argv[2] ?? "");
