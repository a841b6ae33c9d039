import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FILLED_SECONDS, SKEW_SECONDS, SLOT_SECONDS } from "../../components/tokens/token";
import { callSourced, dashProblem } from "../support/sourcedScript";
import { type FillKnowledge, planFill } from "../support/tokenFilling";

const LENGTHS = { slot: SLOT_SECONDS, skew: SKEW_SECONDS, ahead: FILLED_SECONDS, bound: 400 };
/** A slot in 2026. */
const SLOT = 2_992_960;

const slotAround = fc.integer({ min: SLOT - 300, max: SLOT + 300 });
const moment = fc.integer({ min: SLOT * SLOT_SECONDS - 90_000, max: SLOT * SLOT_SECONDS + 90_000 });
const knowledge = fc.record<Pick<FillKnowledge, "filled" | "bound">>({
  filled: fc.option(slotAround, { nil: undefined }),
  bound: fc.option(slotAround, { nil: undefined }),
});

/** The first half of the knockers has tokens for packets, the others addresses as well: only these are looked at. */
const KEYS = 20;
const isAddress = (index: number): boolean => index >= KEYS / 2;
const idOf = (index: number): string => `${(index + 1).toString(16)}:12${isAddress(index) ? "07" : "00"}`;
const keyOf = (index: number): string =>
  isAddress(index)
    ? `address-key print ffff:1200 key knocker${index} print${index} ${idOf(index)}`
    : `token-key print ${idOf(index)} key knocker${index} print${index}`;
const handleOf = (slot: number): string =>
  `${Math.floor(slot / 65_536).toString(16)}:${(slot % 65_536).toString(16)}`;

describe.skipIf(dashProblem() !== undefined)("what the host plans to fill", () => {
  it("is what the model of tokens says, of the same knowledge", () => {
    fc.assert(
      fc.property(
        fc.array(knowledge, { minLength: KEYS, maxLength: KEYS }),
        moment,
        fc.option(moment, { nil: undefined }),
        (knockers, now, former) => {
          const filled = knockers.flatMap((knocker, index) =>
            knocker.filled === undefined ? [] : [`${idOf(index)} : ${handleOf(knocker.filled)}`],
          );
          const transcript = [
            "$ nft list map inet portknock pk_filled",
            "table inet portknock {",
            "\tmap pk_filled {",
            `\t\telements = { ${filled.join(",\n\t\t\t     ")} }`,
            "\t}",
            "}",
            "",
          ];
          const manifest = [
            `tokens ${SLOT_SECONDS} ${SKEW_SECONDS} 8 ${FILLED_SECONDS}`,
            ...knockers.slice(0, KEYS / 2).map((_, index) => keyOf(index)),
            "token-network 2001:db8:1:2::/64 20010db800010002 2",
            ...knockers.slice(KEYS / 2).map((_, index) => keyOf(KEYS / 2 + index)),
            "",
          ];
          const bounds = knockers.flatMap(({ bound }, index) =>
            bound === undefined ? [] : [`print${index} ${bound}\n`],
          );
          const printed = callSourced({
            transcript: "",
            files: {
              "/run/transcript": transcript.join("\n"),
              "/run/rules/manifest": manifest.join("\n"),
              ...(bounds.length > 0 && { "/var/lib/portknock-tokens": bounds.join("") }),
            },
            calls: `RECORDED=/run/transcript; elements=$(list_elements filled); plan_tokens /run/rules ${now} '${former ?? ""}'`,
          });
          const lines = printed.split("\n").filter((line) => line.startsWith("key "));
          const planned = lines.map((line) => line.split(" ").slice(4, 7).map(Number));
          expect(lines.map((line) => line.split(" ").slice(8))).toEqual(
            knockers.map((_, index) => [
              idOf(index),
              ...(isAddress(index) ? ["20010db800010002", "2"] : ["-", "4"]),
            ]),
          );
          expect(planned).toEqual(
            knockers.map((knocker) => {
              const known = { ...knocker, now, former };
              const { from, to, bound } = planFill(
                former === undefined ? known : { ...known, filled: undefined },
                LENGTHS,
              );
              return [from, to, bound];
            }),
          );
          expect(printed.startsWith("step\n")).toBe(former !== undefined);
        },
      ),
      { numRuns: 40 },
    );
  });
});
