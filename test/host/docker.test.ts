import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { canConnect, guard, hostPayload, runVerb, SSH, WEB } from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";

/** A network behind the host with a machine that answers on 80 and 8080, as a container does. */
const CONTAINER = `
ip netns add web
ip link add docker0 type veth peer name eth0 netns web
ip addr add 172.30.0.1/24 dev docker0; ip addr add fd78::1/64 dev docker0 nodad; ip link set docker0 up
ip -n web link set lo up
ip -n web addr add 172.30.0.2/24 dev eth0; ip -n web addr add fd78::2/64 dev eth0 nodad; ip -n web link set eth0 up
ip -n web route add default via 172.30.0.1; ip -n web route add default via fd78::1
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
mkdir -p /run/sshd
ip netns exec web /usr/sbin/sshd -p 80 -p 8080
`;

/** What Docker loads for a container whose port 80 is published as 8080. */
const PUBLISHED = (["ip", "ip6"] as const)
  .map((family) => {
    const target = family === "ip" ? "172.30.0.2:80" : "[fd78::2]:80";
    return `table ${family} nat {
	chain DOCKER { iifname != "docker0" tcp dport 8080 counter dnat to ${target}; }
	chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local counter jump DOCKER; }
}
`;
  })
  .join("");

describe.skipIf(labProblem() !== undefined).each([
  { profile: "guard", policy: {}, routes: true },
  {
    profile: "baseline",
    policy: { baseline: { exceptNetworks: ["10.77.0.0/16", "fd77::/32"] }, openPorts: ["22"] },
    routes: false,
  },
])("a published port of a container, under $profile", ({ policy, routes }) => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  const payload = hostPayload({ services: { web: WEB }, policy });

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    await host.run(CONTAINER);
    await host.run("nft -f -", { input: PUBLISHED });
    await laptop.run(["ip", "route", "add", "172.30.0.0/24", "via", host.address4]);
    await laptop.run(["ip", "route", "add", "fd78::/64", "via", host.address6]);
  });
  afterAll(() => lab?.dispose());

  it.each([
    { family: 4, container: "172.30.0.2" },
    { family: 6, container: "fd78::2" },
  ] as const)(
    "is closed without a knock and open after it, over IPv$family",
    async ({ family, container }) => {
      const address = family === 4 ? host.address4 : host.address6;
      expect(await canConnect(laptop, address, 8080)).toBe(true);
      expect(await canConnect(laptop, container, 8080)).toBe(true);
      await guard(lab, host, payload);
      expect(await canConnect(laptop, address, 8080)).toBe(false);
      // What the host routes to others is none of its guarded ports, and no knock.
      expect(await canConnect(laptop, container, 8080)).toBe(routes);
      await knockFrom(laptop, address, "61937,43211");
      await knockFrom(laptop, container, "9,57283");
      expect(await canConnect(laptop, address, 8080)).toBe(false);
      await knockFrom(laptop, address, "57283");
      expect(await canConnect(laptop, address, 8080)).toBe(true);
      // Ports of the same service where nothing listens are refused by nobody else.
      expect(await canConnect(laptop, address, 8082)).toBe(false);
      await runVerb(lab, host, "remove", payload);
      expect(await canConnect(laptop, address, 8080)).toBe(true);
    },
  );

  it("is no way around: a container meets the host's guarded ports as everybody else does, unless allow names its network", async () => {
    const reaches = async (address: string): Promise<boolean> =>
      (
        await host.run(`ip netns exec web timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/22' 2>/dev/null`, {
          check: false,
        })
      ).exitCode === 0;
    const ways = ["172.30.0.1", "fd78::1", host.address4] as const;
    const reached = async (): Promise<readonly boolean[]> => Promise.all(ways.map(reaches));
    const { openPorts: _, ...profile } = { openPorts: [], ...policy };
    const guarded = (allow: readonly string[]) =>
      hostPayload({ services: { ssh: SSH }, allow: ["10.77.0.1", "fd77::1", ...allow], policy: profile });

    expect(await reached()).toEqual([true, true, true]);
    await guard(lab, host, guarded([]));
    expect(await reached()).toEqual([false, false, false]);
    await host.run("timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; exec 3<>/dev/tcp/172.30.0.1/22'");
    await guard(lab, host, guarded(["172.30.0.0/24", "fd78::/64"]));
    expect(await reached()).toEqual([true, true, true]);
    await runVerb(lab, host, "remove", guarded([]));
  });
});
