import type { LabClient } from "../../../lab";

/** A block of addresses that no other client of the lab has. */
export interface OwnAddresses {
  readonly count: number;
  /** Turn by turn another one, of both families. */
  next(): string;
}

const COUNT = 250;

export async function giveAddresses(client: LabClient): Promise<OwnAddresses> {
  const block = Number(client.address4.split(".").at(-1));
  const address = (family: 4 | 6, number: number): string =>
    family === 4 ? `10.77.${block}.${number}` : `fd77::${block}:${number}`;
  const lines = Array.from({ length: COUNT }, (_, index) => [
    `addr add ${address(4, index + 1)}/16 dev eth0`,
    `addr add ${address(6, index + 1)}/32 dev eth0 nodad`,
  ]);
  await client.run(["ip", "-batch", "-"], { input: `${lines.flat().join("\n")}\n` });
  let turn = 0;
  return {
    count: COUNT,
    next: () => {
      turn += 1;
      return address(turn % 2 === 0 ? 4 : 6, 1 + (turn % COUNT));
    },
  };
}
