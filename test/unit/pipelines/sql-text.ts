/** The value of a text expression; NULL is undefined. */
type Text = string | undefined;

/** Values of variables and columns by name, such as `@target` and `t.scale`. */
export type Values = Record<string, Text>;

const token = /N?'((?:[^']|'')*)'|(@?\w+(?:\.\w+)?)|([(),=])/g;

/** Evaluates T-SQL expressions of the kind that publish-rows.sql builds statements from: CONCAT, QUOTENAME and CASE. */
class Evaluator {
  readonly #tokens: { text: string; isLiteral: boolean }[];
  readonly #values: Values;
  #next = 0;

  constructor(sql: string, values: Values) {
    this.#tokens = [...sql.replace(/--.*$/gm, '').matchAll(token)].map(([whole, literal = '']) =>
      /^N?'/.test(whole) ? { text: literal.replaceAll("''", "'"), isLiteral: true } : { text: whole, isLiteral: false },
    );
    this.#values = values;
  }

  /** Takes the next word or sign, which must be one of those given. */
  #take(...expected: string[]): string {
    const { text = 'the end' } = this.#tokens[this.#next] ?? {};
    this.#next += 1;
    if (!expected.includes(text.toUpperCase())) throw new Error(`${text} in place of ${expected.join(' or ')}`);
    return text.toUpperCase();
  }

  #is(word: string): boolean {
    const found = this.#tokens[this.#next];
    return found !== undefined && !found.isLiteral && found.text.toUpperCase() === word;
  }

  /** The expressions up to the closing parenthesis. */
  #list(): Text[] {
    this.#take('(');
    const list: Text[] = [];
    do list.push(this.expression());
    while (this.#take(',', ')') === ',');
    return list;
  }

  #isTrue(): boolean {
    const value = this.expression();
    const operator = this.#take('=', 'IN', 'IS', 'LIKE');
    if (operator === 'IN') return this.#list().includes(value);
    if (operator === 'IS') {
      this.#take('NOT');
      this.#take('NULL');
      return value !== undefined;
    }
    const other = this.expression() ?? '';
    return operator === '=' ? value === other : value?.startsWith(other.replace(/%$/, '')) === true;
  }

  #case(): Text {
    const simple = this.#is('WHEN') ? undefined : { value: this.expression() };
    let found: { value: Text } | undefined;
    for (;;) {
      const word = this.#take('WHEN', 'ELSE', 'END');
      if (word === 'END') return found?.value;
      const holds = word === 'ELSE' || (simple ? this.expression() === simple.value : this.#isTrue());
      if (word === 'WHEN') this.#take('THEN');
      const value = this.expression();
      if (holds) found ??= { value };
    }
  }

  /** The value of the next expression. @throws Error for one of another kind */
  expression(): Text {
    const { text = '', isLiteral = false } = this.#tokens[this.#next] ?? {};
    this.#next += 1;
    if (isLiteral) return text;
    if (text === 'CASE') return this.#case();
    if (text === 'CONCAT') return this.#list().join('');
    if (text === 'QUOTENAME') {
      const [name = '', quote] = this.#list();
      return quote === "'" ? `'${name.replaceAll("'", "''")}'` : `[${name.replaceAll(']', ']]')}]`;
    }
    if (!Object.hasOwn(this.#values, text)) throw new Error(`no value for ${text}`);
    return this.#values[text];
  }

  /** The values of a list of expressions that is not in parentheses. */
  expressions(): Text[] {
    const list = [this.expression()];
    while (this.#is(',')) {
      this.#next += 1;
      list.push(this.expression());
    }
    return list;
  }
}

/** Evaluates the expressions after a text in a script. @throws Error if the text is not there */
export function evaluateAfter(script: string, start: string, values: Values): Text[] {
  const at = script.indexOf(start);
  if (at === -1) throw new Error(`The script does not contain ${start}`);
  return new Evaluator(script.slice(at + start.length), values).expressions();
}
