/** Finds a name of a policy for what a file calls something; no two are the same. */
export type Naming = (text: string, otherwise: string) => string;

const MOST = 32;

/** @param knockPorts none of which a name may hold: names are no secret */
export function createNaming(knockPorts: ReadonlySet<number>): Naming {
  const taken: Set<string> = new Set();
  const ports = [...knockPorts].map((port) => `${port}`);
  return (text, otherwise) => {
    const written = text
      .replaceAll(/[^A-Za-z0-9]+/g, "-")
      .replace(/^[^A-Za-z]+/, "")
      .slice(0, MOST)
      .replace(/-$/, "");
    const isFit = written !== "" && !ports.some((port) => written.includes(port));
    const name = distinct(isFit ? written : otherwise, taken);
    taken.add(name);
    return name;
  };
}

function distinct(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) {
    return name;
  }
  const numbered = Array.from({ length: taken.size + 1 }, (_, index) => {
    const end = `-${index + 2}`;
    return `${name.slice(0, MOST - end.length)}${end}`;
  });
  return numbered.find((each) => !taken.has(each)) ?? name;
}
