import { type Command, Option } from "commander";

/** Over which family somebody wants to go; either where he does not say. */
export interface FamilyFlags {
  readonly ipv4?: true;
  readonly ipv6?: true;
}

export function addFamilyOptions(command: Command): Command {
  return command
    .addOption(new Option("-4, --ipv4", "over IPv4 only").conflicts("ipv6"))
    .option("-6, --ipv6", "over IPv6 only");
}

/** As options that may be left out take it. */
export function familyOf({ ipv4, ipv6 }: FamilyFlags): { readonly family?: 4 | 6 } {
  return ipv4 === true ? { family: 4 } : ipv6 === true ? { family: 6 } : {};
}
