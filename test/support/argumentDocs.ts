import { readFileSync } from "node:fs";
import ts from "typescript";

/** Interface → field → what its comment says, on one line, without tags. */
export type ArgumentDocs = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The comments of the argument interfaces, so that an editor shows the same words in a program and in a policy file. */
export function readArgumentDocs(files: readonly string[]): ArgumentDocs {
  const interfaces = files.flatMap((file) =>
    ts
      .createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true)
      .statements.filter(ts.isInterfaceDeclaration),
  );
  const byName = new Map(interfaces.map((each) => [each.name.text, each]));
  const docsOf = (each: ts.InterfaceDeclaration): readonly (readonly [string, string])[] => [
    ...(each.heritageClauses ?? []).flatMap(({ types }) =>
      types.flatMap(({ expression }) => {
        const parent = byName.get(expression.getText());
        return parent === undefined ? [] : docsOf(parent);
      }),
    ),
    ...each.members.flatMap(fieldDoc),
  ];
  return new Map(interfaces.map((each) => [each.name.text, new Map(docsOf(each))]));
}

function fieldDoc(member: ts.TypeElement): readonly (readonly [string, string])[] {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join(" ");
  const line = text.replace(/\s+/g, " ").trim();
  return member.name === undefined || line === "" ? [] : [[member.name.getText(), line]];
}
