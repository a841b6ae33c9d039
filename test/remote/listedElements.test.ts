import { describe, expect, it } from "vitest";
import { besideRecorded, linesOf, RECORDED_VERSIONS, recordedFile } from "../support/recordedListings";
import { dashProblem } from "../support/sourcedScript";

const SETS = [
  ...["admitted4", "admitted6", "flows4", "flows6", "connections", "refusals", "refused"],
  ...["blacklist4", "blacklist6", "trusted4", "trusted6"],
];
/** What a report reads at its begin. */
const LISTED = `elements=$(list_elements "${SETS.join(" ")} windows4 windows6 entries")`;
const ADMITS_TOO_LONG = (set: string): string => `set ${set} admits somebody for longer than any knock does`;

const problem = dashProblem();
if (problem !== undefined) console.warn(`skipped: the host script beside recorded listings: ${problem}`);

describe.skipIf(problem !== undefined).each(RECORDED_VERSIONS)("what nft %s prints", (version) => {
  const call = (recorded: string, calls: string, files: Readonly<Record<string, string>> = {}) =>
    besideRecorded(recordedFile(version, recorded), calls, files);
  const lines = (...parameters: Parameters<typeof call>): readonly string[] => linesOf(call(...parameters));
  /** Elements stand in no order, and some milliseconds pass until they are listed. */
  const rounded = (each: readonly string[]): readonly string[] =>
    each.map((line) => line.replace(/(?<= )(\d+)\d{3}(?= |$)/, "$1s")).toSorted();

  it.each(["flows", "baseline-full"])("is read element by element: %s", async (name) => {
    await expect(call(name, `list_elements "${SETS.join(" ")}"`)).toMatchFileSnapshot(
      recordedFile(version, `${name}.elements`),
    );
  });

  it("is not taken for nothing where nft fails, set by set", () => {
    const failing = (answer: string): string =>
      `lists_in_one_go() { false; }; nft() { case "$*" in 'list set'*) return 1 ;; *) ${answer} ;; esac; }`;
    const standing = "printf 'table inet portknock {\\n\\tset pk_admitted4 {\\n\\t}\\n}\\n'";
    const calls = 'for s in "admitted4 flows4" "flows4 flows6"; do list_elements "$s"; echo $?; done';
    expect(lines("version", `${failing(standing)}; ${calls}`)).toEqual(["1", "0"]);
    expect(lines("version", `${failing("return 1")}; ${calls}`)).toEqual(["1", "1"]);
  });

  it("says who is admitted, whose flows go on and what was counted", () => {
    expect(lines("flows", `${LISTED}; counters /run/flows`).toSorted()).toEqual([
      "admitted mosh 192.0.2.11 30",
      "admitted ssh 192.0.2.10 9",
      "admitted ssh 192.0.2.13 863970",
      "admitted ssh 2001:db8::10 7",
      "admitted vpn ::ffff:192.0.2.10 8",
      "connections mosh 1",
      "connections ssh 12",
      "flows mosh 192.0.2.11 84600",
      "flows vpn 192.0.2.12 3599",
      "flows vpn 2001:db8::10 3661",
      "refusals vpn 4294967299",
    ]);
  });

  it("says which ports were refused most, without those of a sequence", () => {
    expect(lines("flows", `${LISTED}; refused_ports /run/flows`)).toEqual([
      "refused-port udp 7000 700",
      "refused-port tcp 22 30",
      "refused-port tcp 23 30",
      "refused-port tcp 80 9",
      "refused-port udp 53 9",
      "refused-port tcp 443 8",
      "refused-port tcp 3389 7",
      "refused-port tcp 5900 6",
      "refused-port tcp 8080 5",
      "refused-port tcp 8081 4",
    ]);
  });

  it("shows who is admitted for longer than any knock admits", () => {
    expect(lines("flows", `${LISTED}; window_findings /run/flows`)).toEqual(
      ["pk_admitted4", "pk_flows6"].map(ADMITS_TOO_LONG),
    );
    expect(lines("baseline-full", `${LISTED}; window_findings /run/full`)).toEqual([]);
  });

  it("carries windows and flows over to services whose sequence is the same, and never for longer than granted", () => {
    const vpn = [
      "pk_admitted6 8s 10 ::ffff:192.0.2.10 . 9851:ded0",
      "pk_flows4 3599s 3600 192.0.2.12 . 9851:ded0",
      "pk_flows6 3661s 3600 2001:db8::10 . 9851:ded0",
    ];
    expect(rounded(lines("flows", "carried /run/flows /run/old"))).toEqual(vpn);
    expect(rounded(lines("flows", "carried /run/flows /run/flows"))).toEqual(
      [
        ...vpn,
        "pk_admitted4 9s 10 192.0.2.10 . be3f:ff52",
        "pk_admitted4 863970s 10 192.0.2.13 . be3f:ff52",
        "pk_admitted4 30s 60 192.0.2.11 . f54:40af",
        "pk_admitted6 7s 10 2001:db8::10 . be3f:ff52",
        "pk_flows4 84600s 86400 192.0.2.11 . f54:40af",
      ].toSorted(),
    );
  });

  it("carries the blacklist and who is trusted over under a baseline", () => {
    expect(rounded(lines("baseline-full", "carried /run/full /run/full"))).toEqual([
      "pk_admitted4 1800s 3600 192.0.2.0 . f54:40af",
      "pk_admitted4 9s 10 192.0.2.0 . be3f:ff52",
      "pk_admitted6 3540s 3600 2001:db8:: . f54:40af",
      "pk_blacklist4 2588400s 600 198.18.0.0",
      "pk_blacklist4 540s 600 203.0.113.0",
      "pk_blacklist4 600s 600 198.18.1.0",
      "pk_blacklist6 60s 600 2001:db8:1::",
      "pk_trusted4 1800s 3600 192.0.2.0",
      "pk_trusted4 1800s 3600 192.0.2.0",
      "pk_trusted4 9s 3600 192.0.2.0",
      "pk_trusted6 3540s 3600 2001:db8::",
    ]);
  });

  it("carries windows over to those of their openers who still may, and flows with them", () => {
    const carriedTo = (generation: string) =>
      rounded(lines("knockers-baseline", `carried /run/${generation} /run/knocked`)).filter(
        (line) => !line.startsWith("pk_trusted"),
      );
    const ofAlice = [
      "pk_flow_windows4 2591999s 2592000 192.0.2.0 . a1e2:3001",
      "pk_flows4 3599s 3600 192.0.2.0 . 9851:ded0",
      "pk_opener_ssh6 70s 90 2001:db8:: : 621e:9a8b",
      "pk_windows4 60s 90 192.0.2.0 . 621e:9a8b",
      "pk_windows6 70s 90 2001:db8:: . 621e:9a8b",
      "pk_admitted6 70s 90 2001:db8:: . be3f:ff52",
    ];
    expect(carriedTo("knocked")).toEqual(
      [
        ...ofAlice,
        "pk_admitted4 80s 90 192.0.2.0 . be3f:ff52",
        "pk_admitted4 30s 90 198.51.100.0 . be3f:ff52",
        "pk_opener_ssh4 80s 90 192.0.2.0 : 4cde:e9b6",
        "pk_opener_ssh4 30s 90 198.51.100.0 : 4cde:e9b6",
        "pk_windows4 80s 90 192.0.2.0 . 4cde:e9b6",
        "pk_windows4 30s 90 198.51.100.0 . 4cde:e9b6",
      ].toSorted(),
    );
    expect(carriedTo("knocked-without-bob")).toEqual(
      [
        ...ofAlice,
        "pk_admitted4 60s 90 192.0.2.0 . be3f:ff52",
        "pk_opener_ssh4 60s 90 192.0.2.0 : 621e:9a8b",
      ].toSorted(),
    );
    expect(carriedTo("knocked-after-alice").filter((line) => / (4cde:e9b6|be3f:ff52)$/.test(line))).toEqual(
      [
        "pk_admitted4 80s 90 192.0.2.0 . be3f:ff52",
        "pk_admitted4 30s 90 198.51.100.0 . be3f:ff52",
        "pk_opener_ssh4 80s 90 192.0.2.0 : 4cde:e9b6",
        "pk_opener_ssh4 30s 90 198.51.100.0 : 4cde:e9b6",
        "pk_windows4 80s 90 192.0.2.0 . 4cde:e9b6",
        "pk_windows4 30s 90 198.51.100.0 . 4cde:e9b6",
      ].toSorted(),
    );
    expect(carriedTo("knocked-by-nobody")).toEqual([]);
  });

  it("says whose windows are open, and who came in", () => {
    expect(lines("knockers-baseline", `${LISTED}; counters /run/knocked`).toSorted()).toEqual([
      "admitted ssh 192.0.2.0 80",
      "admitted ssh 198.51.100.0 30",
      "admitted ssh 2001:db8:: 70",
      "admitted ssh 203.0.113.0 20",
      "entries alice ssh 12",
      "entries alice vpn 1",
      "entries bob ssh 3",
      "flows vpn 192.0.2.0 3599",
      "flows vpn 198.51.100.0 3000",
      "window alice ssh 192.0.2.0 60",
      "window alice ssh 2001:db8:: 70",
      "window bob ssh 192.0.2.0 80",
      "window bob ssh 198.51.100.0 30",
    ]);
  });

  it("is noted under the confirmed rules before a candidate takes their place", () => {
    const text = lines(
      "flows",
      "mkdir -p $state; ln -s /run/flows $confirmed; note_windows; cat $confirmed/windows",
      {
        "/proc/uptime": "1000.50 2000.00\n",
      },
    );
    expect([text[0], ...rounded(text.slice(1))]).toEqual([
      "1000.50 2000.00",
      "admitted 4 192.0.2.10 be3f:ff52 9s",
      "admitted 4 192.0.2.11 f54:40af 30s",
      "admitted 4 192.0.2.12 9851:ded0 never-ending",
      "admitted 4 192.0.2.13 be3f:ff52 863970s",
      "admitted 4 192.0.2.14 1:1 240s",
      "admitted 6 2001:db8::10 be3f:ff52 7s",
      "admitted 6 ::ffff:192.0.2.10 9851:ded0 8s",
      "flows 4 192.0.2.11 f54:40af 84600s",
      "flows 4 192.0.2.12 9851:ded0 3599s",
      "flows 6 2001:db8::10 9851:ded0 3661s",
    ]);
  });

  it("is carried over as it was noted, less what has passed, where that is longer", () => {
    const noted = [
      "1000.50 2000.00",
      "admitted 4 192.0.2.77 be3f:ff52 9500",
      "admitted 6 2001:db8::77 9851:ded0 5000",
      "flows 4 192.0.2.77 f54:40af never-ending",
      "flows 4 192.0.2.78 f54:40af 3600000",
      "",
    ].join("\n");
    const files = { "/run/flows/windows": noted, "/proc/uptime": "1004.00 2004.00\n" };
    expect(lines("unguarded", "carried /run/flows /run/old", files)).toEqual([
      "pk_admitted4 6000 10 192.0.2.77 . be3f:ff52",
      "pk_admitted6 1500 10 2001:db8::77 . 9851:ded0",
      "pk_flows4 3596500 86400 192.0.2.78 . f54:40af",
    ]);
  });

  it("is put back after a flush without the time that has passed", () => {
    const noting = "mkdir -p $state; ln -s /run/flows $confirmed; live() { echo /run/flows; }; note_granted";
    const later = "echo '1008.50 2008.00' >/proc/uptime; put_noted_back";
    const put = call("flows", `${noting}; ${later}`, { "/proc/uptime": "1000.50 2000.00\n" });
    const whole = put.replaceAll(/(\d+)ms/g, (_, left) => `${Math.floor(Number(left) / 1000)}s`);
    expect(statements(whole)).toEqual({
      pk_admitted4: [
        "192.0.2.10 . be3f:ff52 timeout 10s expires 1s",
        "192.0.2.11 . f54:40af timeout 60s expires 22s",
        "192.0.2.13 . be3f:ff52 timeout 10s expires 10s",
      ],
      pk_admitted6: ["::ffff:192.0.2.10 . 9851:ded0 timeout 10s expires 0s"],
      pk_flows4: [
        "192.0.2.11 . f54:40af timeout 86400s expires 84592s",
        "192.0.2.12 . 9851:ded0 timeout 3600s expires 3591s",
      ],
      pk_flows6: ["2001:db8::10 . 9851:ded0 timeout 3600s expires 3600s"],
    });
  });
});

/** The statements that nft is given: set → elements. */
function statements(text: string): Readonly<Record<string, readonly string[]>> {
  const found = [...text.matchAll(/add element inet portknock (\S+) \{\n([^}]*)\n\}\n/g)];
  return Object.fromEntries(
    found.map(([, set = "", elements = ""]) => [
      set,
      elements
        .split(",\n")
        .map((element) => element.trim())
        .toSorted(),
    ]),
  );
}
