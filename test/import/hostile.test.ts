import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMATS, importFile } from "../../components/import/importFile";
import { printNotes } from "../../components/import/printNotes";

/** Words that the files of these programs are made of, and some that they are not. */
const WORDS = [
  ..."[options] [open] [close 47001] sequence seq_timeout command stop_command cmd_timeout one_time_sequences tcpflags".split(
    " ",
  ),
  ..."iptables -A -D INPUT -s %IP% -p tcp udp --dport -j ACCEPT ; && sleep nft add element rule { } accept ufw allow from".split(
    " ",
  ),
  ..."*filter -A KNOCK -m recent --name a b --set --rcheck --seconds --remove SOURCE OPEN_PORTS tcp/22 KEY ACCESS_EXPIRE".split(
    " ",
  ),
  ..."= , : 47001 47013,47029 47001:udp,47013 22 443 10 -1 0 99999999 01/31/2030 ' \" $( ` \\ __proto__ [constructor]".split(
    " ",
  ),
];
const line = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...WORDS) }, fc.string()), {
  maxLength: 14,
});
const hostileFile = fc
  .array(
    line.map((words) => words.join(" ")),
    { maxLength: 30 },
  )
  .map((lines) => lines.join("\n"));

/** Numbers with so many digits are ports of a sequence here, and nothing else is. */
const knock = fc.integer({ min: 10_000, max: 65_535 });
const sequence = fc.uniqueArray(knock, { minLength: 1, maxLength: 20 });
/** Somebody may call a section by a port of its sequence. */
const name = fc.oneof(
  fc.constantFrom("openSSH", "closeSSH", "ssh", "web"),
  fc.constant("open PORT"),
  fc.string(),
);
const section = fc.record({
  name,
  sequence,
  port: fc.constantFrom(22, 80, 443),
  verb: fc.constantFrom("-A", "-D"),
  word: fc.constantFrom("", "; logger in", " -m connlimit"),
});

function printSection({
  name: title,
  sequence: knocks,
  port,
  verb,
  word,
}: typeof section extends fc.Arbitrary<infer T> ? T : never): string {
  return `[${title.replace("PORT", `${knocks[0]}`).replaceAll(/[\r\n]/g, "")}]\nsequence = ${knocks.join(",")}\ncommand = iptables ${verb} INPUT -s %IP% -p tcp --dport ${port} -j ACCEPT${word}\n`;
}

function wordsOf(text: string, format: (typeof FORMATS)[number]): readonly string[] {
  const result = importFile(text, format);
  switch (result.kind) {
    case "translated":
      return [
        ...printNotes("file", [...result.notes, ...result.problems]),
        ...Object.keys(result.policy.services),
        ...Object.keys(result.policy.knockers ?? {}),
      ];
    case "nothing":
      return printNotes("file", result.notes);
    case "otherFile":
      return [];
  }
}

describe("a file that nobody has checked", () => {
  it("is imported or told about, whatever is in it, and never a bug", () => {
    fc.assert(
      fc.property(hostileFile, fc.constantFrom(...FORMATS), (text, format) => {
        wordsOf(text, format);
        importFile(text, undefined);
      }),
      { numRuns: 3000 },
    );
  });

  it("never has a port of a sequence in a note, a problem or a name", () => {
    fc.assert(
      fc.property(fc.array(section, { minLength: 1, maxLength: 5 }), (sections) => {
        const ports = sections.flatMap((each) => each.sequence.map(String));
        const said = wordsOf(sections.map(printSection).join("\n"), "knockd").join("\n");
        expect(ports.filter((port) => said.includes(port))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("never has a port of a sequence in a note or a name, where lists of iptables hold it", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(knock, { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        (knocks, isGuarded) => {
          const port = isGuarded ? knocks[0] : 22;
          const rules = knocks.map((each, index) => {
            const before = index === 0 ? "" : ` -m recent --rcheck --seconds 10 --name k${index}`;
            return `-A INPUT -p tcp --dport ${each}${before} -m recent --set --name k${index + 1}`;
          });
          const door = `-A INPUT -p tcp --dport ${port} -m recent --rcheck --seconds 30 --name k${knocks.length} -j ACCEPT`;
          const said = wordsOf(["*filter", ...rules, door, "COMMIT"].join("\n"), "iptables").join("\n");
          expect(knocks.filter((each) => said.includes(`${each}`))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is read in a moment, where chains lead to chains again and again", () => {
    const names = Array.from({ length: 40 }, (_, index) => `C${index}`);
    const rules = names.flatMap((from) =>
      names.map((to) => `-A ${from} -m recent --rcheck --name ${to} -j ${to}`),
    );
    expect(importFile(["*filter", "-A INPUT -j C0", ...rules, "COMMIT"].join("\n"), undefined).kind).toBe(
      "nothing",
    );
  });
});
