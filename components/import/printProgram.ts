import type { WrittenPolicy } from "./writtenPolicy";

/** A secret of the program, and its name in the stack's configuration. */
interface Secret {
  readonly key: string;
  readonly words: string;
}

/** The fields that are secrets, with what the name of each ends in and what to give for it. */
const SECRETS: ReadonlyMap<string, { readonly end: string; readonly words: string }> = new Map([
  ["sequence", { end: "Sequence", words: "asks, without echo: its sequence, as it was" }],
  ["closeSequence", { end: "CloseSequence", words: "asks, without echo: the sequence that closes it" }],
  ["token", { end: "Token", words: "asks, without echo: what openssl rand -base64 32 prints" }],
]);

/** A whole program with the policy, and none of its secrets. */
export function printProgram({ services, knockers = {}, log }: WrittenPolicy): string {
  const secrets: Secret[] = [];
  const taken: Set<string> = new Set();
  const printRecord = (record: object): readonly string[] =>
    Object.entries(record).map(([name, fields]) => `    ${printKey(name)}: ${printFields(name, fields)},`);
  const printFields = (name: string, fields: object): string => {
    const printed = Object.entries(fields).map(([field, value]) => {
      const secret = SECRETS.get(field);
      if (secret === undefined) {
        return `${field}: ${printValue(value)}`;
      }
      const key = configKey(`${camelCase(name)}${secret.end}`, taken);
      secrets.push({ key, words: secret.words });
      return `${field}: config.requireSecret(${JSON.stringify(key)})`;
    });
    return `{ ${printed.join(", ")} }`;
  };
  const policy = [
    "  services: {",
    ...printRecord(services),
    "  },",
    ...(Object.keys(knockers).length === 0 ? [] : ["  knockers: {", ...printRecord(knockers), "  },"]),
    ...(log === undefined ? [] : ["  log: { admissions: true },"]),
  ];
  return `${[
    "// Before the first pulumi up:",
    "//",
    "//   pulumi config set host …            the host's address",
    "//   pulumi config set hostKey \"$(ssh-keyscan -t ed25519 HOST | cut -d ' ' -f 2-)\"   compare it with the console",
    "//   pulumi config set --path 'allow[0]' …   the machine that runs pulumi up",
    "//   pulumi config set --secret privateKey < ~/.ssh/id_ed25519",
    ...secrets.map(({ key, words }) => `//   pulumi config set --secret ${key}   ${words}`),
    'import * as pulumi from "@pulumi/pulumi";',
    'import { PortKnockFirewall } from "pulumi-portknock";',
    "",
    "const config = new pulumi.Config();",
    "",
    'const firewall = new PortKnockFirewall("firewall", {',
    "  hosts: {",
    "    server: {",
    "      connection: {",
    '        host: config.require("host"),',
    '        hostKey: config.require("hostKey"),',
    '        privateKey: config.requireSecret("privateKey"),',
    "      },",
    "    },",
    "  },",
    ...policy,
    '  allow: config.requireObject<string[]>("allow"), // the machine that runs `pulumi up`: it never knocks',
    "});",
    "",
    "/** Host → service → the sequence that a client knocks. Secret. */",
    "export const knocks = firewall.knocks;",
  ].join("\n")}\n`;
}

function printValue(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map((each) => JSON.stringify(each)).join(", ")}]`
    : JSON.stringify(value);
}

function printKey(name: string): string {
  return /^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name);
}

function camelCase(name: string): string {
  return name.replaceAll(/-+(\w?)/g, (_, letter: string) => letter.toUpperCase());
}

/** Two names may differ in their dashes alone. */
function configKey(wanted: string, taken: Set<string>): string {
  const key = taken.has(wanted) ? configKey(`${wanted}2`, taken) : wanted;
  taken.add(key);
  return key;
}
