import { describe, expect, it } from "vitest";
import { printStatusPage } from "../../components/status/statusPage";
import { FLEET, saying } from "../support/fleetReports";

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\${x}</td></table></style>`;

const tagsOf = (page: string): readonly string[] =>
  [...page.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag = ""]) => tag);

describe("a status as a page", () => {
  const page = printStatusPage(FLEET);

  it("says how many hosts are how, and names every host with its state", () => {
    expect(page).toContain("<p>4 hosts: 1 in sync, 2 drifted, 1 did not answer</p>");
    for (const [id, name, state] of [
      ["host-1", "web-1", "in sync"],
      ["host-2", "web-2", "drifted"],
      ["host-3", "db-1", "drifted"],
      ["host-4", "db-2", "no answer"],
    ]) {
      expect(page).toContain(`<th scope="row"><a href="#${id}">${name}</a></th>`);
      expect(page).toMatch(
        new RegExp(
          `<h3 id="${id}-name"><span>${name}</span> <span class="state [A-Za-z]+">${state}</span></h3>`,
        ),
      );
    }
  });

  it("adds up the attempts of all hosts by port, with bars that screen readers leave out", () => {
    const bars = [...page.matchAll(/width: ([\d.]+)%" aria-hidden="true"><\/span> ([^<]*)</g)].map(
      ([, share, words]) => [share, words],
    );
    expect(bars.slice(0, 4)).toEqual([
      ["100", "4m 50s"],
      ["3.1", "9s"],
      ["100", "42"],
      ["9.5", "4"],
    ]);
  });

  it("needs nothing else, and runs nothing", () => {
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page.match(/\b(?:src|srcset|on[a-z]+)=|https?:|url\(|@import/g)).toBe(null);
    expect(new Set(tagsOf(page)).has("script")).toBe(false);
    expect([...page.matchAll(/href="([^"]*)"/g)].filter(([, to = ""]) => !to.startsWith("#host-"))).toEqual(
      [],
    );
  });

  it("has captions, headings of columns and rows, and regions that a keyboard reaches", () => {
    const tables = tagsOf(page).filter((tag) => tag === "table").length / 2;
    expect(page.match(/<caption>/g)).toHaveLength(tables);
    expect(page.match(/role="region" tabindex="0" aria-label="/g)).toHaveLength(tables);
    expect(page.match(/<html lang="en">/g)).toHaveLength(1);
    for (const [row = ""] of page.matchAll(/<tr>(?!<th scope="col").*?<\/tr>/gs)) {
      expect(row.match(/<th scope="row">/g)).toHaveLength(1);
    }
  });

  it("takes whatever a host says for text", () => {
    const harmless = printStatusPage({ ...FLEET, hosts: [saying("x")] });
    const hostile = printStatusPage({ ...FLEET, hosts: [saying(HOSTILE)] });
    expect(tagsOf(hostile)).toEqual(tagsOf(harmless));
    expect(hostile.split("&lt;script&gt;alert(1)&lt;/script&gt;").length).toBe(
      harmless.split(">x<").length + 0,
    );
  });
});
