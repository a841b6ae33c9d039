import type { Addresses, Plug } from "./network";

/** Hands out names and addresses of a lab, each once. */
export interface Plugs {
  forHost(name: string): Plug;
  forClient(name: string, wished: Partial<Addresses>): Plug;
}

export const operatorAddresses: Addresses = { address4: "10.77.0.1", address6: "fd77::1" };

export function createPlugs(labId: string): Plugs {
  const names = new Set(["operator"]);
  const counts = { host: 0, client: 0 };

  const plug = (name: string, number: number, wished: Partial<Addresses> = {}): Plug => {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name))
      throw new Error(`${name}: is no host name; use a-z, 0-9 and "-"`);
    if (names.has(name)) throw new Error(`${name}: is in the lab already; choose another name`);
    names.add(name);
    return {
      namespace: `${labId}-${name}`,
      port: `port${number}`,
      hardwareAddress: `02:77:00:00:00:${number.toString(16).padStart(2, "0")}`,
      address4: wished.address4 ?? `10.77.0.${number}`,
      address6: wished.address6 ?? `fd77::${number}`,
    };
  };
  return {
    forHost: (name) => {
      counts.host += 1;
      if (counts.host > 90) throw new Error(`${name}: the lab has 90 hosts already; make a second lab`);
      return plug(name, 10 + counts.host);
    },
    forClient: (name, wished) => {
      counts.client += 1;
      if (counts.client > 150) throw new Error(`${name}: the lab has 150 clients already; make a second lab`);
      return plug(name, 100 + counts.client, wished);
    },
  };
}
