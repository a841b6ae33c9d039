import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { z } from "zod";

const engineSchema = z.object({
  pulumi: z.string(),
  languageHosts: z.object({
    nodejs: z.string(),
    go: z.string().optional(),
    python: z.string().optional(),
    yaml: z.string().optional(),
  }),
  pulumiHome: z.string(),
  /** `vendor` and `named` are real command plugins; the stand-in is built beside them where there is Go. */
  plugin: z.object({
    kind: z.enum(["vendor", "named", "standIn"]),
    path: z.string(),
    standIn: z.string().optional(),
  }),
  /** A virtual environment with the SDK. */
  pythonSdk: z.string().optional(),
});

const toolsSchema = z.object({
  ...engineSchema.partial().shape,
  bases: z.record(z.string(), z.string()),
});

/** What set-up found or built: programs and folders. */
export type Tools = z.infer<typeof toolsSchema>;
export type Engine = z.infer<typeof engineSchema>;

export const cacheFolder = resolve(
  process.env["PORTKNOCK_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pulumi-portknock"),
);

/** What Pulumi would have npm install is there already: its npm does nothing. */
const WITHOUT_NPM = join(__dirname, "withoutNpm");

/** Undefined when set-up has not run yet. */
export function tools(): Tools | undefined {
  const file = join(cacheFolder, "tools.json");
  return existsSync(file) ? toolsSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/** Why tests with the real engine cannot run, or undefined when they can. */
export function engineProblem(): string | undefined {
  const found = tools();
  if (found === undefined) return "set-up has not run: npm run setup";
  const engine = engineSchema.safeParse(found);
  if (!engine.success) return "no Pulumi engine: npm run setup says what is missing";
  const gone = [engine.data.pulumi, engine.data.plugin.path].find((file) => !existsSync(file));
  return gone === undefined ? undefined : `${gone} is gone: npm run setup`;
}

/** The engine's programs. Call it where `engineProblem` had nothing to say. */
export function engine(): Engine {
  const problem = engineProblem();
  if (problem !== undefined) throw new Error(problem);
  return engineSchema.parse(tools());
}

/** The environment of a `pulumi` that keeps its state in a folder and asks the network for nothing. */
export function engineEnvironment(stateFolder: string, passphrase: string): Record<string, string> {
  const { pulumiHome } = engine();
  return {
    PATH: enginePath(),
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${stateFolder}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
}

/** For the Automation API, which looks for `pulumi` in the PATH of this process and not in the one it is given. */
export function putEngineOnPath(): void {
  process.env["PATH"] = enginePath();
}

function enginePath(): string {
  const { pulumi, languageHosts } = engine();
  const inherited = (process.env["PATH"] ?? "").split(delimiter);
  const folders = [WITHOUT_NPM, dirname(pulumi), dirname(languageHosts.nodejs), ...inherited];
  return [...new Set(folders)].join(delimiter);
}
