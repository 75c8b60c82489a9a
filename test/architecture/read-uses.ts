import { parseSync, Visitor } from 'vite';

/** Stands for the environment among the things that a source uses. */
export const ENVIRONMENT = 'process.env';
/** Stands for an import whose specifier only running it would tell. */
export const COMPUTED = '(computed)';

/**
 * What a TypeScript source takes from elsewhere: every specifier that it imports, in whichever way, and the environment.
 * Read with the parser that also bundles the page, so that no spelling is overlooked and no comment taken for code.
 */
export function readUses(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0]) throw new Error(`${file} cannot be read: ${errors[0].message}`);

  const uses: string[] = [];
  const add = (node: { type: string; value?: unknown }) => {
    uses.push(node.type === 'Literal' ? String(node.value) : COMPUTED);
  };
  new Visitor({
    ImportDeclaration(node) {
      add(node.source);
      if (!/^(node:)?process$/.test(node.source.value)) return;
      for (const each of node.specifiers) {
        if (each.type === 'ImportSpecifier' && nameOf(each.imported) === 'env') uses.push(ENVIRONMENT);
      }
    },
    ExportNamedDeclaration: (node) => node.source && add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
    CallExpression(node) {
      const [first] = node.arguments;
      if (first && node.callee.type === 'Identifier' && node.callee.name === 'require') add(first);
    },
    MemberExpression(node) {
      if (isProcess(node.object) && nameOf(node.property) === 'env') uses.push(ENVIRONMENT);
    },
    VariableDeclarator(node) {
      if (node.id.type !== 'ObjectPattern' || !isProcess(node.init)) return;
      for (const each of node.id.properties) {
        if (each.type === 'RestElement' || nameOf(each.key) === 'env') uses.push(ENVIRONMENT);
      }
    },
  }).visit(program);
  return uses;
}

/** `process`, or `globalThis.process` and its like. */
function isProcess(node: object | null): boolean {
  if (!node) return false;
  const { type, property } = node as { type: string; property?: object };
  return (type === 'Identifier' || type === 'MemberExpression') && nameOf(property ?? node) === 'process';
}

/** An identifier's name or a string literal's value. */
function nameOf(node: object): unknown {
  const { name, value } = node as { name?: string; value?: unknown };
  return name ?? value;
}
