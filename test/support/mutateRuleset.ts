import type { Element, Rule, Ruleset, Statement } from "../../components/ruleset/ruleset";

// Each of these throws when there is nothing to change: a mutation of rules that are gone proves nothing.

export function withoutRules(ruleset: Ruleset, comment: RegExp): Ruleset {
  return withRules(ruleset, comment, () => []);
}

export function withTimeouts(
  ruleset: Ruleset,
  comment: RegExp,
  change: (seconds: number) => number,
): Ruleset {
  return withUpdates(ruleset, comment, (update) => {
    const { timeoutSeconds } = update.element;
    return timeoutSeconds === undefined
      ? update
      : { ...update, element: { ...update.element, timeoutSeconds: change(timeoutSeconds) } };
  });
}

/** Sources by their whole address. */
export function withoutMasks(ruleset: Ruleset, comment: RegExp): Ruleset {
  return withUpdates(ruleset, comment, (update) => ({
    ...update,
    element: { ...update.element, key: update.element.key.map((part) => part.replace(/ & .*/, "")) },
  }));
}

type Update = Statement & { readonly kind: "update" };

function withUpdates(ruleset: Ruleset, comment: RegExp, change: (update: Update) => Update): Ruleset {
  return withRules(ruleset, comment, (rule) => [
    { ...rule, statements: rule.statements.map((one) => (one.kind === "update" ? change(one) : one)) },
  ]);
}

/** What the rules with such a comment become. */
export function withRules(
  ruleset: Ruleset,
  comment: RegExp,
  change: (rule: Rule) => readonly Rule[],
): Ruleset {
  const chains = ruleset.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.flatMap((rule) => (comment.test(rule.comment) ? change(rule) : [rule])),
  }));
  return changed(ruleset, { ...ruleset, chains }, `${comment}`);
}

/** What the statements of the rules with such a comment become. */
export function withStatements(
  ruleset: Ruleset,
  comment: RegExp,
  change: (statement: Statement) => readonly Statement[],
): Ruleset {
  return withRules(ruleset, comment, (rule) => [{ ...rule, statements: rule.statements.flatMap(change) }]);
}

export function withRulesOfChain(
  ruleset: Ruleset,
  name: string,
  change: (rules: readonly Rule[]) => readonly Rule[],
): Ruleset {
  const chains = ruleset.chains.map((chain) =>
    chain.name === name ? { ...chain, rules: change(chain.rules) } : chain,
  );
  return changed(ruleset, { ...ruleset, chains }, name);
}

export function withElements(
  ruleset: Ruleset,
  name: string,
  change: (elements: readonly Element[]) => readonly Element[],
): Ruleset {
  const sets = ruleset.sets.map((set) =>
    set.name === name ? { ...set, elements: change(set.elements) } : set,
  );
  return changed(ruleset, { ...ruleset, sets }, name);
}

function changed(before: Ruleset, after: Ruleset, what: string): Ruleset {
  if (JSON.stringify(before) === JSON.stringify(after))
    throw new Error(`${what}: there is nothing to change`);
  return after;
}
