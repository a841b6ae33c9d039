import { z } from "zod";

const endpoint = {
  host: z.string(),
  port: z.number().default(22),
  user: z.string().default("root"),
  password: z.string().optional(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  agentSocketPath: z.string().optional(),
  dialErrorLimit: z.number().int().default(10),
  perDialTimeout: z.number().int().default(15),
  hostKey: z.string().optional(),
};

const inputs = z.strictObject({
  connection: z.strictObject({ ...endpoint, proxy: z.strictObject(endpoint).optional() }),
  create: z.string().optional(),
  update: z.string().optional(),
  delete: z.string().optional(),
  stdin: z.string().optional(),
  triggers: z.array(z.unknown()).optional(),
  logging: z.enum(["none", "stdout", "stderr", "stdoutAndStderr"]).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  addPreviousOutputInEnv: z.boolean().optional(),
});

const outputs = inputs.extend({ stdout: z.string().default(""), stderr: z.string().default("") });

export type CommandInputs = z.infer<typeof inputs>;
export type CommandOutputs = z.infer<typeof outputs>;

export const inputNames: readonly string[] = Object.keys(inputs.shape);

export function parseInputs(value: unknown): CommandInputs {
  return inputs.parse(value);
}

export function parseOutputs(value: unknown): CommandOutputs {
  return outputs.parse(value);
}

export interface InputFailure {
  readonly property: string;
  readonly reason: string;
}

/** What is wrong with inputs that may hold unknown values, which are strings on the wire whatever they will become. */
export function inputFailures(
  value: unknown,
  isUnknown: (value: unknown) => boolean,
): readonly InputFailure[] {
  const issues = inputs.safeParse(value).error?.issues ?? [];
  return issues
    .filter((issue) => !isUnknown(valueAt(value, issue.path)))
    .map((issue) => ({ property: String(issue.path[0] ?? ""), reason: issue.message }));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === "object" && inside !== null ? Reflect.get(inside, key) : inside),
    value,
  );
}
