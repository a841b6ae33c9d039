import { z } from "zod";
import { runPulumi } from "./runPulumi";

/** Which stack of which project. */
export interface StackOptions {
  readonly stack: string;
  /** Where the Pulumi project is. */
  readonly cwd: string;
}

const stateSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          parent: z.string().default(""),
          /** It was replaced, and still has to go. */
          delete: z.boolean().default(false),
          inputs: z.record(z.string(), z.unknown()).default({}),
          outputs: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .default([]),
  }),
});

/** A resource as the state of a stack has it. Secret: what Pulumi encrypts stands in it as it is. */
export type StateResource = z.output<typeof stateSchema>["deployment"]["resources"][number];

/** What a stack applied last. What Pulumi decrypts for that goes through a pipe and stays in memory. */
export async function readStackState({ stack, cwd }: StackOptions): Promise<readonly StateResource[]> {
  const exported = await runPulumi(["stack", "export", "--show-secrets", "--stack", stack], cwd);
  return stateSchema.parse(JSON.parse(exported)).deployment.resources;
}

/** By which a state marks an object as one of the engine's own, and which of them is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const secretSchema = z.object({ [SIGNATURE]: z.literal(SECRET), plaintext: z.string() });

/** Inputs or outputs without the marks of secrets, however deep those stand. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(revealed);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const secret = secretSchema.safeParse(value);
  return secret.success
    ? revealed(JSON.parse(secret.data.plaintext))
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}
