import { Fault } from './fault.ts';

/** A batch with placeholders for names and strings (`[0]`, `'0'`), so that their content is never parsed as SQL. */
export interface MarkedSql {
  text: string;
  /** Quoted names without brackets. */
  names: string[];
  texts: string[];
}

/** Replaces names and strings by placeholders and normalizes white space. */
export function mark(sql: string): MarkedSql {
  const names: string[] = [];
  const texts: string[] = [];
  const text = sql.replace(/\[((?:[^\]]|\]\])*)\]|N?'((?:[^']|'')*)'|\s+/g, (_all, name?: string, literal?: string) => {
    if (name !== undefined) return `[${names.push(name.replaceAll(']]', ']')) - 1}]`;
    if (literal !== undefined) return `'${texts.push(literal.replaceAll("''", "'")) - 1}'`;
    return ' ';
  });
  return { text: text.trim(), names, texts };
}

/** Splits at a separator outside parentheses. */
export function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth > 0 || !text.startsWith(separator, at)) continue;
    parts.push(text.slice(from, at).trim());
    from = at + separator.length;
    at = from - 1;
  }
  return [...parts, text.slice(from).trim()];
}

/** T-SQL keywords that have the same meaning in SQLite, and functions of the double. */
const knownWords = new Set(
  `select distinct from where and or not exists is null as on inner left join group by having order limit insert into values update set delete case when then else end
  count coalesce lower upper ltrim rtrim left_of replace nullif except substring stuff patindex charindex len datalength collationproperty has_perms_by_name objectproperty convert_to try_convert_to object_id object_name object_schema_name quotename type_name schema_name schema_id db_name user_name`.split(
    /\s+/,
  ),
);

const typePattern = String.raw`\w+(?: ?\( ?(?:\d+|max)(?: ?, ?\d+)? ?\))?`;

/**
 * Translates a statement of the target to SQLite: `[dbo].[t]` becomes the single name `dbo.t`, CONVERT and other functions
 * become functions of the double, `+` becomes `||` because the target adds no numbers, and collations and lock hints are
 * removed. An unknown word is an error.
 * @param words unquoted names of tables and columns
 */
export function translate({ names, texts }: MarkedSql, statement: string, words: ReadonlySet<string>): string {
  const top = /^SELECT (DISTINCT )?TOP \((\d+)\) /i.exec(statement);
  const rest = top ? `SELECT ${top[1] ?? ''}${statement.slice(top[0].length)} LIMIT ${top[2]}` : statement;
  const plain = rest
    .replace(/ COLLATE \w+/gi, '')
    .replace(/ WITH \([A-Z, ]+\)/g, '')
    .replace(
      new RegExp(String.raw`\b(TRY_)?CONVERT\((${typePattern}), `, 'gi'),
      (_all, attempt: string | undefined, type: string) =>
        `${attempt ?? ''}CONVERT_TO('${texts.push(type.replaceAll(' ', '')) - 1}', `,
    )
    .replaceAll('COUNT_BIG', 'count')
    .replace(/\bLEFT\(/g, 'LEFT_OF(')
    .replaceAll(' + ', ' || ');
  for (const [word] of plain.replace(/'\d+'/g, '').matchAll(/(?<![@#.\w])[a-z_]\w*/gi)) {
    if (
      !knownWords.has(word.toLowerCase()) &&
      !words.has(word) &&
      !/^(sys|incoming(_\d+)?|present|found_keys|[coft]|k\d+)$/.test(word)
    )
      throw new Fault(102, `The double does not know “${word}” in: ${statement}`);
  }
  return plain
    .replace(/\[(\d+)\]\.\[(\d+)\]/g, (_all, schema: string, table: string) =>
      quoted(`${names[Number(schema)]}.${names[Number(table)]}`),
    )
    .replace(/ FROM \[(\d+)\](?!\.)/g, (_all, table: string) => ` FROM ${quoted(`dbo.${names[Number(table)]}`)}`)
    .replace(/\bsys\.(\w+)/g, '"sys.$1"')
    .replace(/#(\w+)/g, '"#$1"')
    .replace(/\[(\d+)\]/g, (_all, name: string) => quoted(names[Number(name)] ?? ''))
    .replace(/'(\d+)'/g, (_all, text: string) => `'${(texts[Number(text)] ?? '').replaceAll("'", "''")}'`);
}

/** A quoted SQLite name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
