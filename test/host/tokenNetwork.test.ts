import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { STATUS_SCRIPT } from "../../components/remote/envelope";
import { statusCommand } from "../../components/remote/hostCommand";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { waitUntil } from "../../lab/waitUntil";
import {
  awaitRollback,
  guard,
  type HostPayload,
  hostPayload,
  readStatus,
  runVerb,
  snapshot,
} from "../support/hostPayload";
import { fillTokens, TOKEN_NETWORK, TOKEN_SECRET, withNetwork } from "../support/tokenHost";

const rules = (others: object = withNetwork(), rollbackTimeout = "60s"): HostPayload =>
  hostPayload({
    rollbackTimeout,
    policy: { knockers: { alice: { services: ["ssh"], token: TOKEN_SECRET } }, ...others },
  });

const OURS = `local ${TOKEN_NETWORK} dev lo proto 107`;
const LEFT = "2001:db8:1:9::/64";

describe.each(["bullseye", "trixie"])("the network of tokens of a host with Debian %s", (release) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("is", () => {
    let lab: Lab;
    let host: LabHost;

    beforeAll(async () => {
      lab = await createLab();
      host = await lab.addHost("web-1", { base: release });
    });
    afterAll(async () => lab?.dispose());

    /** The timer fills once more as soon as rules are confirmed. */
    beforeEach(async () => {
      await guard(lab, host, rules());
      const timers = "systemctl show -p LastTriggerUSec --value portknock-tokens.timer";
      await waitUntil(
        async () => /\d/.test((await host.run(timers)).stdout),
        10,
        () => "the timer",
      );
      await host.run("systemctl start portknock-tokens.service");
    });

    const ip = (words: string) => host.run(`ip -6 route ${words}`);
    const routes = async (): Promise<readonly string[]> =>
      (await ip("show table local type local")).stdout
        .split("\n")
        .filter((line) => /^local 2001:db8:/.test(line))
        .map((line) => line.replace(/ metric .*/, ""));
    const findings = async (): Promise<readonly string[]> => (await readStatus(lab, host)).findings;

    it("the host's own as long as the rules say so, and in no other way than it was before", async () => {
      expect(await routes()).toEqual([OURS]);
      await runVerb(lab, host, "apply", rules({}, "5s"));
      expect(await routes()).toEqual([]);
      await awaitRollback(host);
      expect([await routes(), await findings()]).toEqual([[OURS], []]);
      await guard(lab, host, rules({}));
      expect([await routes(), await findings()]).toEqual([[], []]);
      await runVerb(lab, host, "apply", rules(withNetwork(), "5s"));
      expect(await routes()).toEqual([OURS]);
      await awaitRollback(host);
      expect([await routes(), await findings()]).toEqual([[], []]);
      await guard(lab, host, rules());
      await runVerb(lab, host, "remove", rules());
      expect(await routes()).toEqual([]);
    });

    it("none any more after a first update that nobody confirms", async () => {
      await runVerb(lab, host, "remove", rules());
      await runVerb(lab, host, "apply", rules(withNetwork(), "5s"));
      expect(await routes()).toEqual([OURS]);
      await awaitRollback(host);
      expect(await routes()).toEqual([]);
    });

    it("missed by a status where its route is gone, and there again with the next update or fill", async () => {
      for (const mend of [() => guard(lab, host, rules()), () => fillTokens(host)]) {
        await ip(`del ${OURS} table local`);
        expect(await findings()).toEqual([
          `the local route of ${TOKEN_NETWORK} is missing: no address of it is a token`,
        ]);
        await mend();
        expect([await routes(), await findings()]).toEqual([[OURS], []]);
      }
    });

    it("the only one of ours: what is left of another one is told, and goes with the next update", async () => {
      await ip(`add local ${LEFT} dev lo table local proto 107`);
      expect(await findings()).toEqual([`a local route of ${LEFT} was left behind by a run that died`]);
      await guard(lab, host, rules());
      expect([await routes(), await findings()]).toEqual([[OURS], []]);
    });

    it("left to who has routed it before", async () => {
      await runVerb(lab, host, "remove", rules());
      await ip(`add local ${TOKEN_NETWORK} dev lo`);
      const theirs = await routes();
      await guard(lab, host, rules());
      expect([await routes(), await findings()]).toEqual([theirs, []]);
      await guard(lab, host, rules({}));
      await runVerb(lab, host, "remove", rules({}));
      expect(await routes()).toEqual(theirs);
      await ip(`del local ${TOKEN_NETWORK} dev lo`);
    });

    it("set again by a boot", async () => {
      await host.reboot();
      await host.run("systemctl start portknock-tokens.service");
      expect([await routes(), await findings()]).toEqual([[OURS], []]);
    });

    const IN_OR_AROUND =
      "give tokenNetwork a network that is routed here, and this host's own address in it the prefix 128";
    it.each([
      [
        "it is on a link",
        "ip addr add 2001:db8:1:2::5/64 dev eth0 nodad",
        "ip addr del 2001:db8:1:2::5/64 dev eth0",
        `${TOKEN_NETWORK} is not routed to this host: ${TOKEN_NETWORK} on eth0 lies in or around it; ${IN_OR_AROUND}`,
      ],
      [
        "a part of it is on a link",
        "ip -6 route add 2001:db8:1:2:5::/80 dev eth0",
        "ip -6 route del 2001:db8:1:2:5::/80 dev eth0",
        `${TOKEN_NETWORK} is not routed to this host: 2001:db8:1:2:5::/80 on eth0 lies in or around it; ${IN_OR_AROUND}`,
      ],
      [
        "it is a part of what is on a link",
        "ip addr add 2001:db8:1::5/48 dev eth0 nodad",
        "ip addr del 2001:db8:1::5/48 dev eth0",
        `${TOKEN_NETWORK} is not routed to this host: 2001:db8:1::/48 on eth0 lies in or around it; ${IN_OR_AROUND}`,
      ],
      [
        "there is no IPv6",
        "sysctl -q -w net.ipv6.conf.lo.disable_ipv6=1",
        "sysctl -q -w net.ipv6.conf.lo.disable_ipv6=0",
        "IPv6 is disabled on this host, and addresses as tokens are of IPv6; enable it (net.ipv6.conf.lo.disable_ipv6=0), or take tokenNetwork away",
      ],
      [
        "there is no ip",
        "for f in /bin /sbin /usr/bin /usr/sbin; do [ ! -e $f/ip ] && [ ! -L $f/ip ] || mv $f/ip $f/ip.away; done",
        "for f in /bin /sbin /usr/bin /usr/sbin; do [ ! -e $f/ip.away ] && [ ! -L $f/ip.away ] || mv $f/ip.away $f/ip; done",
        "addresses as tokens need ip on this host; install the package iproute2",
      ],
    ])(
      "refused where %s, before anything is touched, and no matter to other rules",
      async (_, make, undo, reason) => {
        await runVerb(lab, host, "remove", rules());
        await host.run(make);
        try {
          const before = await snapshot(host);
          expect(await runVerb(lab, host, "apply", rules())).toMatchObject({
            exitCode: 1,
            stderr: `portknock: web-1: ${reason}\n`,
          });
          expect(await snapshot(host)).toBe(before);
          const asked = { input: STATUS_SCRIPT, check: false };
          expect(await lab.ssh(host, statusCommand(TOKEN_NETWORK), asked)).toMatchObject({
            exitCode: 1,
            stderr: `portknock: ${reason}\n`,
          });
          await guard(lab, host, rules({}));
          expect(await findings()).toEqual([]);
          await runVerb(lab, host, "remove", rules({}));
        } finally {
          await host.run(undo);
        }
      },
    );

    it("taken where its own address in it has the prefix 128, or the rest of it is unreachable", async () => {
      await host.run(
        `ip addr add 2001:db8:1:2::5/128 dev eth0 nodad; ip -6 route add unreachable ${TOKEN_NETWORK}`,
      );
      await guard(lab, host, rules());
      expect((await routes()).toSorted()).toEqual([OURS, "local 2001:db8:1:2::5 dev eth0 proto kernel"]);
      await host.run(
        `ip addr del 2001:db8:1:2::5/128 dev eth0; ip -6 route del unreachable ${TOKEN_NETWORK}`,
      );
    });
  });
});
