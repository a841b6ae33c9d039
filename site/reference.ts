import { join, relative } from "node:path";
import ts from "typescript";
import { root } from "./paths";

/** One argument, option or output, as its declaration and the comment above it have it. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
  readonly default: string | undefined;
}

/** One exported type with fields. */
export interface PublicType {
  readonly name: string;
  readonly description: string;
  readonly parents: readonly string[];
  readonly fields: readonly Field[];
}

const HEAD = [
  "# Reference",
  "",
  "Each type that `pulumi-portknock` exports, made from the sources by the build of this page. An argument that is",
  "written as an `Input` may be a plain value or an output of Pulumi. All mistakes of a policy are told at once, before",
  "anything is touched, each as `path: what is wrong; what to do`: `portknock check` says the same without a host.",
  "",
];

/** What the package exports, in the order in which it does: arguments first. */
export function publicTypes(): readonly PublicType[] {
  const entry = join(root, "index.ts");
  const configuration = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(configuration.config, ts.sys, root);
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`bug: ${relative(root, entry)} exports nothing`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .flatMap((symbol) => (symbol.declarations ?? []).flatMap((declaration) => typeOf(checker, declaration)))
    .toSorted((one, other) => rank(one) - rank(other));
}

/** The arguments of the component come first, then its outputs, then what hangs on them. */
function rank({ name }: PublicType): number {
  const first = ["PortKnockFirewallArgs", "PortKnockFirewall", "HostArgs", "ServiceArgs", "KnockerArgs"];
  const place = first.indexOf(name);
  return place === -1 ? first.length : place;
}

function typeOf(checker: ts.TypeChecker, declaration: ts.Declaration): readonly PublicType[] {
  if (!ts.isInterfaceDeclaration(declaration) && !ts.isClassDeclaration(declaration)) return [];
  const { name, heritageClauses = [] } = declaration;
  if (name === undefined) return [];
  const members: readonly ts.Node[] = declaration.members;
  return [
    {
      name: name.text,
      description: commentOf(declaration),
      parents: heritageClauses.flatMap(({ types }) => types.map((type) => type.getText())),
      fields: members.flatMap((member) => fieldOf(checker, member)),
    },
  ];
}

function fieldOf(checker: ts.TypeChecker, member: ts.Node): readonly Field[] {
  if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
  const symbol = checker.getSymbolAtLocation(member.name);
  return [
    {
      name: member.name.getText(),
      type: member.type?.getText() ?? "",
      isRequired: member.questionToken === undefined,
      description: commentOf(member),
      default: defaultOf(symbol),
    },
  ];
}

function commentOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .flatMap((each) => (ts.isJSDoc(each) ? [ts.getTextOfJSDocComment(each.comment) ?? ""] : []))
    .join("\n\n");
}

function defaultOf(symbol: ts.Symbol | undefined): string | undefined {
  const tag = symbol?.getJsDocTags().find(({ name }) => name === "default");
  return tag === undefined ? undefined : ts.displayPartsToString(tag.text);
}

export function printReference(types: readonly PublicType[]): string {
  const names = new Set(types.map(({ name }) => name));
  return [...HEAD, ...types.flatMap((type) => printType(type, names))].join("\n");
}

function printType(type: PublicType, names: ReadonlySet<string>): readonly string[] {
  const parents = type.parents.filter((parent) => names.has(parent)).map(linkTo);
  return [
    `## ${type.name} {#${type.name.toLowerCase()}}`,
    "",
    ...(type.description === "" ? [] : [pageText(type.description), ""]),
    ...(parents.length === 0 ? [] : [`Has the fields of ${parents.join(" and ")} too.`, ""]),
    ...type.fields.flatMap((field) => printField(type, field, names)),
  ];
}

function printField(type: PublicType, field: Field, names: ReadonlySet<string>): readonly string[] {
  const linked = [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(field.type)).map(linkTo);
  return [
    `### ${field.name} {#${type.name.toLowerCase()}-${field.name.toLowerCase()}}`,
    "",
    `\`${field.type}\`${linked.length === 0 ? "" : `, see ${linked.join(", ")}`}${valueWhenLeftOut(field)}`,
    "",
    ...(field.description === "" ? [] : [pageText(field.description), ""]),
  ];
}

function valueWhenLeftOut(field: Field): string {
  if (field.default !== undefined)
    return ` · default: ${/^[\w".-]+$/.test(field.default) ? `\`${field.default}\`` : field.default}`;
  return field.isRequired ? "" : " · may be left out";
}

const linkTo = (name: string): string => `[${name}](#${name.toLowerCase()})`;

/** A comment names a page as the repository does; on the site it is a link. */
function pageText(comment: string): string {
  return comment.replace(/`docs\/([\w-]+\.md)`/g, (_, page: string) => `[${page}](${page})`);
}
