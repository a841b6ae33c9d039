import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { besideRecorded, linesOf, recordedFile } from "../support/recordedListings";
import { dashProblem } from "../support/sourcedScript";

const call = (calls: string, files: Readonly<Record<string, string>> = {}): string =>
  besideRecorded(recordedFile("1.1.3", "version"), calls, files);

describe.skipIf(dashProblem() !== undefined)("the host script", () => {
  it.each([
    "unit_text",
    "dropin_text",
    "reload_unit_text",
    "stop_unit_text",
    "tokens_service_text",
    "tokens_timer_text",
  ])("writes exactly this unit: %s", async (name) => {
    await expect(call(name)).toMatchFileSnapshot(join(__dirname, "units", `${name}.txt`));
  });

  it("reads listings with the counts that later versions of nft append", () => {
    const counted = "\t\telements = { 192.0.2.1 } # count 1";
    expect(call(`echo '${counted}' | without_traffic`)).toBe("\t\telements = { 192.0.2.1 }\n");
  });

  it("records no half of a listing, as an nft that was ended leaves it", () => {
    const recorded = (listing: string): string =>
      call(
        `next=$(mktemp -d); list_table() { printf '${listing}'; }; record_listing; echo $?; cat "$next/listing" 2>/dev/null; rm -r "$next"`,
      );
    const half = "table inet portknock {\\n\\tchain pk_done {\\n\\t}\\n";
    expect([recorded(half), recorded("")]).toEqual(["1\n", "1\n"]);
    expect(recorded(`${half}}\\n`)).toBe("0\ntable inet portknock {\n\tchain pk_done {\n\t}\n}\n");
  });

  it("quotes no number of what nft says about rules", () => {
    const complaint = "/x/ruleset.nft:12:3-9: Error: 61937 is no port, nor is 47159";
    expect(call(`complaint='${complaint}'; reason; complaint=; reason`)).toBe(
      "line 12: N is no port, nor is N\nno reason given\n",
    );
  });

  it("trusts who is connected, once and by what identifies a source", () => {
    const connections = [
      "0      0      10.77.0.10:22   10.77.0.1:50022",
      "0      0      10.77.0.10:22   10.77.0.1:50023",
      "0      0      [::ffff:10.77.0.10]:22   [::ffff:192.0.2.9]:41000",
      "0      0      [fd77::10]:22   [fd77::1]:50022",
      "0      0      [fe80::1%eth0]:22   [fe80::2%eth0]:50022",
      "",
    ].join("\n");
    expect(linesOf(call("connected_sources /run/full", { "/run/connections": connections }))).toEqual([
      "pk_trusted4 86400000 86400 10.77.0.1 & 255.255.255.0",
      "pk_trusted4 86400000 86400 192.0.2.9 & 255.255.255.0",
      "pk_trusted6 86400000 86400 fd77::1 & ffff:ffff:ffff:ffff::",
      "pk_trusted6 86400000 86400 fe80::2 & ffff:ffff:ffff:ffff::",
    ]);
    expect(call("connected_sources /run/flows", { "/run/connections": connections })).toBe("");
  });
});
