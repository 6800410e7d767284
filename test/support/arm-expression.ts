/** Expressions of Azure templates: `[concat('a', parameters('b'))]`, read and computed as far as our template needs. */

/** A part of an expression. */
export type Expression =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string };

/** Values of `parameters` and `variables`, and of functions such as `resourceGroup` that only Azure knows. */
export interface Scope {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly azure?: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
}

const TOKEN = /\s*('(?:[^']|'')*'|\d+|[A-Za-z_]\w*|[().,])/y;

/** @returns the expression of a text in brackets; null for other text */
export function parseExpression(text: string): Expression | null {
  if (!text.startsWith('[') || text.startsWith('[[') || !text.endsWith(']')) return null;
  const tokens = tokensOf(text.slice(1, -1));
  const read = (): Expression => {
    const token = tokens.shift() ?? '';
    if (token.startsWith("'")) {
      return { kind: 'text', value: token.slice(1, -1).replaceAll("''", "'") };
    }
    if (/^\d+$/.test(token)) return { kind: 'number', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`"${token}" in ${text}`);
    expect(tokens, '(', text);
    const args: Expression[] = [];
    while (tokens[0] !== ')') {
      args.push(read());
      if (tokens[0] !== ')') expect(tokens, ',', text);
    }
    tokens.shift();
    let found: Expression = { kind: 'call', name: token, args };
    while (tokens.at(0) === '.') {
      tokens.shift();
      found = { kind: 'member', of: found, name: tokens.shift() ?? '' };
    }
    return found;
  };
  const whole = read();
  if (tokens.length > 0) throw new Error(`"${tokens.join(' ')}" is left of ${text}`);
  return whole;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`no token at ${at} of ${text}`);
    tokens.push(token);
  }
  return tokens;
}

function expect(tokens: string[], wanted: string, text: string): void {
  const token = tokens.shift();
  if (token !== wanted) throw new Error(`"${String(token)}" instead of "${wanted}" in ${text}`);
}

/** All calls in an expression. */
export function callsOf(expression: Expression): readonly (Expression & { kind: 'call' })[] {
  if (expression.kind === 'member') return callsOf(expression.of);
  if (expression.kind !== 'call') return [];
  return [expression, ...expression.args.flatMap(callsOf)];
}

const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  base64: (text) => Buffer.from(String(text)).toString('base64'),
  concat: (...texts) => texts.map(String).join(''),
  replace: (text, from, to) => String(text).replaceAll(String(from), () => String(to)),
  equals: (a, b) => a === b,
  if: (condition, yes, no) => (condition === true ? yes : no),
  null: () => null,
  // https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr: index 0 is the first address
  // that hosts can have.
  cidrHost: (network, index) => {
    const [address = ''] = String(network).split('/');
    const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const host = number + Number(index) + 1;
    return [24, 16, 8, 0].map((bits) => Math.floor(host / 2 ** bits) % 256).join('.');
  },
};

/** A value of a template with its expressions computed. @throws Error naming what is not known */
export function compute(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    const expression = parseExpression(value);
    return expression === null ? value : valueOf(expression, scope);
  }
  if (Array.isArray(value)) return value.map((one) => compute(one, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, compute(one, scope)]),
  );
}

function valueOf(expression: Expression, scope: Scope): unknown {
  if (expression.kind === 'member') {
    return (valueOf(expression.of, scope) as Record<string, unknown>)[expression.name];
  }
  if (expression.kind !== 'call') return expression.value;
  const args = expression.args.map((one) => valueOf(one, scope));
  const [name] = args;
  if (expression.name === 'parameters') return named(scope.parameters, name, scope);
  if (expression.name === 'variables') return named(scope.variables, name, scope);
  const known = scope.azure?.[expression.name] ?? FUNCTIONS[expression.name];
  if (known === undefined) throw new Error(`no function ${expression.name}`);
  return known(...args);
}

function named(values: Readonly<Record<string, unknown>>, name: unknown, scope: Scope): unknown {
  if (Object.hasOwn(values, String(name))) return compute(values[String(name)], scope);
  throw new Error(`there is no ${String(name)}`);
}
