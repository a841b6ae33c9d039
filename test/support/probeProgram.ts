import { text } from "node:stream/consumers";
import { parseConnection } from "../../components/remote/connection";
import { probeHost } from "../../components/remote/probeHost";

/** Asks one host as a preview does: the connection comes as JSON on standard input, what it brought goes out so. */
void (async () => {
  const parsed = parseConnection("connection", JSON.parse(await text(process.stdin)));
  if (parsed.kind === "refused") throw new Error(JSON.stringify(parsed.problems));
  const result = await probeHost(parsed.connection, {
    kind: "preview",
    onWaiting: () => {},
    atOnce: 32,
    answerSeconds: 30,
  });
  process.stdout.write(
    JSON.stringify({ result, megabytes: Math.round(process.resourceUsage().maxRSS / 1000) }),
  );
})();
