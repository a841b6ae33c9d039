import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// In network namespaces of their own: `near` knocks, `far` counts. No packet leaves the machine.
const root = fileURLToPath(new URL("../..", import.meta.url));
const SCRIPT = String.raw`
set -eu
unshare --net sleep 60 & far=$!
trap 'kill $far' EXIT
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
in_far() { nsenter --target $far --net "$@"; }
ip link add near type veth peer name far netns $far
ip addr add 10.9.0.1/24 dev near
ip addr add fd09::1/64 dev near nodad
ip link set near up
in_far ip addr add 10.9.0.2/24 dev far
in_far ip addr add fd09::2/64 dev far nodad
in_far ip link set far up
in_far nft -f - <<NFT
table inet t {
  counter first { }
  counter second { }
  counter third { }
  counter control { }
  chain input {
    type filter hook input priority 0
    tcp flags syn tcp dport 47001 counter name first
    udp dport 47013 udp length 8 counter name second
    tcp flags syn tcp dport 47025 counter name third
    tcp flags syn tcp dport 47037 counter name control
    meta l4proto { tcp, udp } $ANSWER
  }
}
NFT
"$NODE" --import tsx cli/main.ts knock "$ADDRESS" --sequence 47001,47013/udp,47025 --delay "$DELAY" |
  sed 's/in [0-9.]* s/in T s/'
if [ -n "$CONTROL" ]; then
  timeout 1.6 "$NODE" -e 'require("net").connect(47037, process.argv[1])' "$ADDRESS" || true
fi
in_far nft list counters | sed -n 's/.*counter \(.*\) {/\1/p; s/.*packets \([0-9]*\).*/\1/p' | paste -d ' ' - -
`;

const missing = ["unshare", "nsenter", "nft", "ip"].filter((tool) => spawnSync(tool, ["--version"]).error);
const problem =
  process.getuid?.() !== 0 ? "needs root" : missing.length > 0 ? `needs ${missing.join(", ")}` : undefined;
if (problem !== undefined) {
  console.warn(`skipped: counting the packets of knocks ${problem}`);
}

describe.skipIf(problem !== undefined)("the packets of portknock knock", { timeout: 60_000 }, () => {
  it.each(["10.9.0.2", "fd09::2"])("are one for each knock at %s, even when it never answers", (address) => {
    const output = countPackets({ ADDRESS: address, ANSWER: "drop", DELAY: "1300ms", CONTROL: "yes" });
    expect(output).toEqual([
      `knocked ${address}: 3 knocks in T s`,
      "first 1",
      "second 1",
      "third 1",
      // A connection that is left open for as long as the delay sends its SYN again.
      "control 2",
    ]);
  });

  it("are all sent, and it is told, when a firewall answers that they are prohibited", () => {
    const output = countPackets({
      ADDRESS: "10.9.0.2",
      ANSWER: "reject with icmpx admin-prohibited",
      DELAY: "100ms",
      CONTROL: "",
    });
    expect(output).toEqual([
      'knocked 10.9.0.2: 3 knocks in T s, 2 answered "unreachable" on the way',
      "first 1",
      "second 1",
      "third 1",
      "control 0",
    ]);
  });
});

function countPackets(environment: Readonly<Record<string, string>>): readonly string[] {
  const { stdout, stderr } = spawnSync("unshare", ["--net", "sh", "-c", SCRIPT], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath, ...environment },
  });
  return `${stdout}${stderr}`.trimEnd().split("\n");
}
