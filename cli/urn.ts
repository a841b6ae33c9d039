/** The type of a resource, of `urn:pulumi:stack::project::parentType$type::name`. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** What the name of a child has behind the name of its parent. */
export function childNameOf(parent: string, child: string): string {
  return nameOf(child).slice(nameOf(parent).length + 1);
}

export const COMMAND = "command:remote:Command";
