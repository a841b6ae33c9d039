import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");
const PACKAGE = "pulumi-portknock";

/** Where the arguments, their choices and the component are declared. */
const SOURCES = [
  "components/args.ts",
  "components/baselineArgs.ts",
  "components/logArgs.ts",
  "components/rolloutArgs.ts",
  "components/policy/policy.ts",
  "components/portKnockFirewall.ts",
];

/** What the generators of SDKs are told, by language. */
const LANGUAGES = {
  csharp: { respectSchemaVersion: true },
  go: { respectSchemaVersion: true },
  java: { respectSchemaVersion: true },
  // Another name than the library's, which a TypeScript program imports as it is.
  nodejs: { packageName: `${PACKAGE}-sdk`, respectSchemaVersion: true },
  python: { packageName: "pulumi_portknock", pyproject: { enabled: true }, respectSchemaVersion: true },
};

interface TypeSpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  /** Whether it must be there before anything is known: no Output. */
  readonly plain?: true;
}

interface PropertySpec extends TypeSpec {
  readonly description: string;
  readonly secret?: true;
}

interface ObjectSpec {
  readonly properties: Readonly<Record<string, PropertySpec>>;
  /** Not there where nothing is required, as Pulumi writes it. */
  readonly required?: readonly string[];
}

/**
 * The Pulumi schema of the package as text: what the programs of other languages know of it. The words are those of the
 * arguments. Its version is the package's, which the provider adds. No default is in it but in words: an SDK would write it
 * into the program's arguments, where some of them say something by being there.
 */
export function printPulumiSchema(): string {
  const declared = readDeclarations();
  const { name, description, license, keywords } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  const component = found(declared.classes, "PortKnockFirewall");
  const args = objectOf(found(declared.interfaces, "PortKnockFirewallArgs"), declared);
  const outputs = outputsOf(component);
  const schema = {
    name,
    description,
    license,
    keywords,
    language: LANGUAGES,
    resources: {
      [token("PortKnockFirewall")]: {
        isComponent: true,
        description: textOf(component),
        inputProperties: args.properties,
        requiredInputs: args.required,
        ...outputs,
      },
    },
    types: typesOf(args, declared),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

interface Declarations {
  readonly interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>;
  readonly aliases: ReadonlyMap<string, ts.TypeAliasDeclaration>;
  readonly classes: ReadonlyMap<string, ts.ClassDeclaration>;
}

function readDeclarations(): Declarations {
  const statements = SOURCES.flatMap((file) => [
    ...ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.ES2022, true)
      .statements,
  ]);
  const byName = <T extends { readonly name?: ts.Identifier }>(all: readonly T[]): ReadonlyMap<string, T> =>
    new Map(all.map((each) => [each.name?.text ?? "", each]));
  return {
    interfaces: byName(statements.filter(ts.isInterfaceDeclaration)),
    aliases: byName(statements.filter(ts.isTypeAliasDeclaration)),
    classes: byName(statements.filter(ts.isClassDeclaration)),
  };
}

/** Every type that the arguments lead to, by token. */
function typesOf(args: ObjectSpec, declared: Declarations): Readonly<Record<string, unknown>> {
  const types = new Map<string, unknown>();
  const add = ({ properties }: ObjectSpec): void => {
    for (const name of Object.values(properties).flatMap(referredTo)) {
      if (types.has(token(name))) continue;
      const alias = declared.aliases.get(name);
      if (alias === undefined) {
        const declaration = found(declared.interfaces, `${name}Args`);
        const object = objectOf(declaration, declared);
        types.set(token(name), { type: "object", description: textOf(declaration), ...object });
        add(object);
      } else {
        types.set(token(name), { type: "string", description: textOf(alias), enum: choicesOf(alias) });
      }
    }
  };
  add(args);
  return Object.fromEntries([...types].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function referredTo({ $ref, items, additionalProperties }: TypeSpec): readonly string[] {
  return [
    ...($ref === undefined ? [] : [$ref.slice($ref.lastIndexOf(":") + 1)]),
    ...[items, additionalProperties].flatMap((inner) => (inner === undefined ? [] : referredTo(inner))),
  ];
}

function objectOf(declaration: ts.InterfaceDeclaration, declared: Declarations): ObjectSpec {
  const inherited = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => objectOf(found(declared.interfaces, expression.getText()), declared)),
  );
  const own = declaration.members.filter(ts.isPropertySignature);
  const required = [
    ...inherited.flatMap((each) => each.required ?? []),
    ...own.filter(({ questionToken }) => questionToken === undefined).map(({ name }) => name.getText()),
  ];
  return {
    properties: Object.assign({}, ...inherited.map(({ properties }) => properties), propertiesOf(own)),
    ...(required.length > 0 && { required }),
  };
}

/** What the component gives back: its fields, which are Outputs. All of them are always there. */
function outputsOf(component: ts.ClassDeclaration): ObjectSpec {
  const properties = propertiesOf(component.members.filter(ts.isPropertyDeclaration));
  return { properties, required: Object.keys(properties) };
}

function propertiesOf(
  members: readonly (ts.PropertySignature | ts.PropertyDeclaration)[],
): Readonly<Record<string, PropertySpec>> {
  return Object.fromEntries(
    members.map((member) => {
      const isSecret = ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "secret");
      const spec: PropertySpec = {
        ...typeOf(member.type),
        description: textOf(member),
        ...(isSecret && { secret: true }),
      };
      return [member.name.getText(), spec];
    }),
  );
}

function typeOf(node: ts.TypeNode | undefined): TypeSpec {
  if (node !== undefined && ts.isTypeReferenceNode(node)) {
    const [first, second] = node.typeArguments ?? [];
    switch (node.typeName.getText()) {
      case "Input":
        return laterOf(first);
      case "pulumi.Output":
        return withoutPlain(typeOf(first));
      case "Record":
        // Of a map of plain objects the generator for Go makes a type that it does not declare (3.259).
        return { type: "object", additionalProperties: laterOf(second), plain: true };
      default:
        return { $ref: `#/types/${token(node.typeName.getText().replace(/Args$/, ""))}`, plain: true };
    }
  }
  if (node !== undefined && ts.isArrayTypeNode(node)) {
    return { type: "array", items: typeOf(node.elementType), plain: true };
  }
  const type = PRIMITIVES[node?.getText() ?? ""];
  if (type === undefined) throw new Error(`a schema cannot say ${node?.getText()}`);
  return { type, plain: true };
}

function laterOf(node: ts.TypeNode | undefined): TypeSpec {
  const { plain: _, ...later } = typeOf(node);
  return later;
}

/** Of what the component gives back, nothing is there before the rest. */
function withoutPlain({ plain: _, items, additionalProperties, ...spec }: TypeSpec): TypeSpec {
  return {
    ...spec,
    ...(items && { items: withoutPlain(items) }),
    ...(additionalProperties && { additionalProperties: withoutPlain(additionalProperties) }),
  };
}

/** No argument is a fraction. */
const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: "boolean",
  number: "integer",
  string: "string",
};

function choicesOf({ type }: ts.TypeAliasDeclaration): readonly { readonly value: string }[] {
  const members = ts.isUnionTypeNode(type) ? type.types : [type];
  return members.map((member) => {
    if (!ts.isLiteralTypeNode(member) || !ts.isStringLiteral(member.literal)) {
      throw new Error(`a schema cannot say ${type.getText()}`);
    }
    return { value: member.literal.text };
  });
}

/** What a comment says, its paragraphs apart, and the default that it names. */
function textOf(node: ts.HasJSDoc): string {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "")
    .join("\n\n");
  const standard = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "default");
  const paragraphs = [
    ...text.split(/\n\s*\n/),
    ...(standard === undefined ? [] : [`Default: ${ts.getTextOfJSDocComment(standard.comment)}`]),
  ];
  return paragraphs
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

function token(type: string): string {
  return `${PACKAGE}:index:${type}`;
}

function found<T>(all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (one === undefined) throw new Error(`${name} is not declared in ${SOURCES.join(", ")}`);
  return one;
}
