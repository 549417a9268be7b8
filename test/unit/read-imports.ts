import { dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript';

export type Law = Readonly<Record<string, readonly string[]>>;

/** Every module a source text names: imports and re-exports, of values and of types, static and dynamic. */
export function readImports(source: string): readonly string[] {
  const named: string[] = [];
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) named.push(ts.isStringLiteralLike(specifier) ? specifier.text : '(computed)');
    ts.forEachChild(node, visit);
  };
  visit(file);
  return named;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? node.arguments[0] : undefined;
}

/** What a file (`workflows/turn.ts`, below src) imports against the law, as `file → module`. */
export function violations(law: Law, path: string, source: string): readonly string[] {
  const row = placeOf(path);
  const allowed = law[row];
  if (allowed === undefined) return [`${path} has no place in the law`];
  if (allowed.includes('*')) return [];
  const isAllowed = (module: string) => module === row || [...allowed, row].some((entry) => covers(entry, module));
  return readImports(source)
    .filter((specifier) => !isAllowed(nameOf(path, specifier)))
    .map((specifier) => `${path} → ${specifier}`);
}

function covers(entry: string, module: string): boolean {
  if (entry === 'node:*') return module.startsWith('node:');
  return module === entry || module.startsWith(`${entry}/`);
}

/** A relative import as the folder or file of src it leads to, anything else as it is. */
function nameOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return placeOf(normalize(join(dirname(path), specifier.replace(/\.js$/, '.ts'))));
}

function placeOf(path: string): string {
  return path.split('/')[0]!;
}
