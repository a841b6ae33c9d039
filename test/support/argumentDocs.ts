import { readFileSync } from "node:fs";
import ts from "typescript";

/** Interface → field → what its comment says, on one line, without tags. */
export type ArgumentDocs = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The comments of the argument interfaces, so that an editor shows the same words in a program and in a policy file. */
export function readArgumentDocs(files: readonly string[]): ArgumentDocs {
  return new Map(
    files.flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
      return source.statements
        .filter(ts.isInterfaceDeclaration)
        .map(({ name, members }) => [name.text, new Map(members.flatMap(fieldDoc))] as const);
    }),
  );
}

function fieldDoc(member: ts.TypeElement): readonly (readonly [string, string])[] {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join(" ");
  const line = text.replace(/\s+/g, " ").trim();
  return member.name === undefined || line === "" ? [] : [[member.name.getText(), line]];
}
