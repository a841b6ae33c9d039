import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { CheckResult, DiffResult, Provider } from "@pulumi/pulumi/provider";
import type { ResourceLog } from "./engineLog";
import { type CommandOutputs, inputFailures, inputNames, parseInputs, parseOutputs } from "./inputs";
import { runCommand } from "./runCommand";
import { hasUnknown, isObject, isSecret, type Properties, reveal, seal } from "./secrets";

/** Creating, updating and deleting run a command each; there is no read, so a refresh sees nothing. */
export function commandProvider(logOf: (urn: string) => ResourceLog): Provider {
  return {
    version: "1.2.1",
    check: async (_urn, _olds, news: Properties) => checkInputs(news),
    diff: async (_id, _urn, olds: Properties, news: Properties) => compare(olds, news),
    create: async (urn, props: Properties) => {
      const inputs = parseInputs(reveal(props));
      const state = { ...inputs, stdout: "", stderr: "" };
      const outputs = await runWith(inputs.create, state, logOf(urn));
      return { id: `${nameIn(urn)}${randomBytes(4).toString("hex")}`, outs: { ...props, ...outputs } };
    },
    update: async (_id, urn, olds: Properties, news: Properties) => {
      const { stdout, stderr } = parseOutputs(reveal(olds));
      const inputs = parseInputs(reveal(news));
      const outputs = await runWith(
        inputs.update ?? inputs.create,
        { ...inputs, stdout, stderr },
        logOf(urn),
      );
      return { outs: { ...news, ...outputs } };
    },
    delete: async (_id, urn, props: Properties) => {
      const state = parseOutputs(reveal(props));
      await runWith(state.delete, state, logOf(urn));
    },
  };
}

async function runWith(
  command: string | undefined,
  state: CommandOutputs,
  log: ResourceLog,
): Promise<Pick<CommandOutputs, "stdout" | "stderr">> {
  if (command === undefined) return { stdout: state.stdout, stderr: state.stderr };
  return runCommand(command, state, log);
}

function checkInputs(news: Properties): CheckResult {
  const failures = inputFailures(reveal(news), hasUnknown);
  return {
    inputs: { ...news, connection: seal(completeConnection(news["connection"])) },
    failures: [...failures],
  };
}

function completeConnection(connection: unknown): unknown {
  const value = isSecret(connection) ? connection.value : connection;
  if (!isObject(value)) return value;
  const proxy = value["proxy"];
  return completeEndpoint(isObject(proxy) ? { ...value, proxy: completeEndpoint(proxy) } : value);
}

function completeEndpoint(endpoint: Properties): Properties {
  const complete = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15, ...endpoint };
  const secrets = ["password", "privateKey", "privateKeyPassword"].filter((name) => name in endpoint);
  return { ...complete, ...Object.fromEntries(secrets.map((name) => [name, seal(endpoint[name])])) };
}

function compare(olds: Properties, news: Properties): DiffResult {
  const changed = inputNames.filter((name) => isChanged(olds[name], news[name]));
  // An unknown connection hides nothing: an update that may be needed is announced as one.
  return { changes: changed.length > 0, replaces: changed.filter((name) => name === "triggers") };
}

/** What became a secret changed. The other way round cannot be told: `additionalSecretOutputs` makes secrets as well. */
function isChanged(old: unknown, next: unknown): boolean {
  if (isSecret(next) && !isSecret(old)) return true;
  return !isDeepStrictEqual(reveal(old), reveal(next));
}

function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
