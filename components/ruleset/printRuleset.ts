import { printDuration } from "../policy/duration";
import { unreachable } from "../policy/unreachable";
import { SCRATCH } from "./phrases";
import type {
  Chain,
  DispatchCase,
  DynamicElement,
  Element,
  Key,
  NamedSet,
  Rule,
  Ruleset,
  Source,
  Statement,
  Verdict,
} from "./ruleset";

/**
 * The ruleset as text for one `nft -f`, which replaces the table whole in one transaction. Deterministic: the same ruleset gives the same bytes.
 */
export function printRuleset(ruleset: Ruleset): string {
  const table = words("table inet", ruleset.table);
  const blocks = [...ruleset.sets.map(printSet), ...ruleset.chains.map(printChain)];
  return lines(table, words("delete", table), block(table, blocks.join("\n\n")), "");
}

function printSet(set: NamedSet): string {
  const valueType = set.isPacketPart && set.valueType === "classid" ? SCRATCH : set.valueType;
  const types = words(concatenate(set.keyType), valueType && words(":", valueType));
  return block(
    words(set.valueType ? "map" : "set", set.name),
    lines(
      words(set.isPacketPart ? "typeof" : "type", types),
      set.flags.length > 0 && words("flags", set.flags.join(",")),
      set.size !== undefined && words("size", `${set.size}`),
      set.timeoutSeconds !== undefined && words("timeout", printDuration(set.timeoutSeconds)),
      set.elements.length > 0 && words("elements =", braces(set.elements.map(printElement).join(",\n"))),
    ),
  );
}

function printElement(element: Element): string {
  const value = typeof element.value === "object" ? printVerdict(element.value) : element.value;
  return words(concatenate(element.key), value && words(":", value));
}

function printChain(chain: Chain): string {
  const { hook } = chain;
  return block(
    words("chain", chain.name),
    lines(
      hook &&
        words(
          "type",
          hook.type,
          "hook",
          hook.hook,
          "priority",
          `${hook.priority};`,
          "policy",
          `${hook.policy};`,
        ),
      ...chain.rules.map(printRule),
    ),
  );
}

function printRule(rule: Rule): string {
  return words(...rule.statements.map(printStatement), "comment", `"${rule.comment}"`);
}

function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case "accept":
    case "drop":
    case "return":
    case "goto":
    case "jump":
      return printVerdict(statement);
    case "match":
      return words(concatenate(statement.key), statement.operator, statement.operand);
    case "inSet":
      return words(concatenate(statement.key), statement.isNegated && "!=", reference(statement.set));
    case "lookUpVerdict":
      return words(concatenate(statement.key), "vmap", reference(statement.map));
    case "dispatch":
      return words(concatenate(statement.key), "vmap", braces(statement.cases.map(printCase).join(", ")));
    case "assign":
      return words(statement.target, "set", printSource(statement.source));
    case "add":
    case "update":
    case "delete":
      return words(statement.kind, reference(statement.set), braces(printDynamicElement(statement.element)));
    case "limit":
      return words("limit rate", statement.rate);
    case "log":
      return words("log prefix", `"${statement.prefix}"`, "level info");
    case "reject":
      return words("reject with", statement.with);
    default:
      return unreachable(statement);
  }
}

function printVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "accept":
    case "drop":
    case "return":
      return verdict.kind;
    case "goto":
    case "jump":
      return words(verdict.kind, verdict.chain);
    default:
      return unreachable(verdict);
  }
}

function printCase({ when, verdict }: DispatchCase): string {
  return words(when, ":", printVerdict(verdict));
}

function printSource(source: Source): string {
  switch (source.kind) {
    case "constant":
      return source.value;
    case "lookUp":
      return words(concatenate(source.key), "map", reference(source.map));
    default:
      return unreachable(source);
  }
}

function printDynamicElement(element: DynamicElement): string {
  return words(
    concatenate(element.key),
    element.timeoutSeconds !== undefined && words("timeout", printDuration(element.timeoutSeconds)),
    element.rateOver && words("limit rate over", element.rateOver),
    element.rate && words("limit rate", element.rate),
    element.isCounted && "counter",
    element.value && words(":", element.value),
  );
}

function concatenate(key: Key): string {
  return key.join(" . ");
}

function reference(set: string): string {
  return `@${set}`;
}

function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(" ");
}

function lines(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined).join("\n");
}

function braces(content: string): string {
  return content.includes("\n") ? block("", content).trimStart() : `{ ${content} }`;
}

function block(head: string, content: string): string {
  const indented = content.replace(/^(?=.)/gm, "\t");
  return lines(words(head, "{"), indented, "}");
}
