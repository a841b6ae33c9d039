import { describe, expect, it } from "vitest";
import { importFile } from "../../components/import/importFile";

const IPTABLES = "/sbin/iptables -A INPUT -s %IP% -p tcp --dport 22 -j ACCEPT";
const IP6TABLES = "/sbin/ip6tables -A INPUT -s %IP% -p tcp --dport 22 -j ACCEPT";

/** The services of a section of knockd.conf, and what is said about its lines. */
function ofSection(...directives: readonly string[]) {
  const text = ["[openSSH]", "sequence = 7100,8200,9301", ...directives].join("\n");
  const result = importFile(text, "knockd");
  return result.kind === "translated"
    ? { services: result.policy.services, problems: result.notes.map(({ problem }) => problem) }
    : { services: {}, problems: result.kind === "nothing" ? result.notes.map(({ problem }) => problem) : [] };
}

describe("a section of knockd that opens a port", () => {
  it.each([
    ["ufw's port of the knocker's own", "ufw allow from %IP% port 5353 to any port 22 proto tcp"],
    ["ufw's port without a destination", "ufw allow from %IP% port 22"],
    [
      "nft's other address",
      "nft insert rule inet filter input ip saddr %IP% ip daddr 10.0.0.1 tcp dport 22 accept",
    ],
    ["nft's other port", "nft add rule inet filter input ip saddr %IP% tcp sport 1024 tcp dport 22 accept"],
    [
      "nft's other state",
      "nft add rule inet filter input ip saddr %IP% ct state established tcp dport 22 accept",
    ],
    ["another command before it", `test -f /run/open && ${IPTABLES}`],
    ["the failure of another one", `${IPTABLES.replace("22", "80")} || ${IPTABLES}`],
  ])("opens nothing more where it does so under a condition: %s", (_, command) => {
    const { services, problems } = ofSection(`command = ${command}`);
    expect(Object.values(services).flatMap(({ ports }) => ports)).not.toContain("22/tcp");
    expect(problems.join()).toMatch(/condition|only as another command goes/);
  });

  it.each([
    ["nft's plain rule", "nft add rule inet filter input ip saddr %IP% tcp dport 22 counter accept"],
    [
      "nft's rule of new connections",
      "nft insert rule ip filter input ip saddr %IP% ct state new tcp dport 22 accept",
    ],
    ["ufw's plain rule", "ufw insert 1 allow from %IP% to any port 22 proto tcp"],
    ["a wait between two", `${IPTABLES} && sleep 10 && ${IPTABLES.replace("-A", "-D")}`],
  ])("is taken over where it does so without one: %s", (_, command) => {
    expect(ofSection(`command = ${command}`).services).toMatchObject({ openSSH: { ports: ["22/tcp"] } });
  });

  it("closes when its commands for IPv6 do, where there are no others, and says that it opens over IPv4 too", () => {
    const { services, problems } = ofSection(
      `start_command_6 = ${IP6TABLES}`,
      "cmd_timeout = 20",
      `stop_command_6 = ${IP6TABLES.replace("-A", "-D")}`,
    );
    expect(services).toMatchObject({ openSSH: { accessWindow: "20s" } });
    expect(problems).toContain("opens over IPv6 alone, and here a sequence counts over IPv4 as well");
  });
});

describe("lists of iptables' module recent", () => {
  const saved = (...rules: readonly string[]): string =>
    [
      "*filter",
      ":INPUT DROP [0:0]",
      ":PASSED - [0:0]",
      "-A INPUT -p tcp -m tcp --dport 7100 -m recent --set --name A",
      "-A INPUT -p tcp -m tcp --dport 8200 -m recent --rcheck --seconds 5 --name A -m recent --set --name B",
      ...rules,
    ].join("\n");

  it("open for as long as the tightest of all checks on the way", () => {
    const result = importFile(
      saved(
        "-A INPUT -m recent --rcheck --seconds 10 --name B -j PASSED",
        "-A PASSED -p tcp -m tcp --dport 22 -m recent --rcheck --name B -j ACCEPT",
      ),
      "iptables",
    );
    const services = result.kind === "translated" ? Object.values(result.policy.services) : [];
    expect(services.map(({ accessWindow }) => accessWindow)).toEqual(["10s"]);
  });

  it("are said to count on all interfaces, where they did on one", () => {
    const door = "-A INPUT -p tcp -m tcp --dport 22 -m recent --rcheck --seconds 10 --name B -j ACCEPT";
    const result = importFile(
      saved(door).replace(
        "-A INPUT -p tcp -m tcp --dport 7100",
        "-A INPUT -i eth1 -p tcp -m tcp --dport 7100",
      ),
      "iptables",
    );
    const notes = result.kind === "translated" ? result.notes : [];
    expect(
      notes.filter(({ problem }) => problem.includes("knock on one interface")).map(({ line }) => line),
    ).toEqual([4]);
  });
});
