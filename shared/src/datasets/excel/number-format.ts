/** What a number format shows: a number, a date, a date with a time, a time of day, or an elapsed time such as 36:00. */
export type CellKind = 'number' | 'date' | 'timestamp' | 'time' | 'elapsed';

/** Decides what a number format shows for a value. */
export type NumberFormat = (value: number) => CellKind;

/** A condition such as `[>=100]`. */
type Condition = (value: number) => boolean;

interface Section {
  kind: CellKind;
  /** Whether the section shows nothing of the value, such as `;;`. */
  isEmpty: boolean;
  condition: Condition | undefined;
}

/**
 * Built-in formats that show dates and times. Numbers 27 to 36 and 50 to 58 are East Asian dates, whatever the language
 * (ECMA-376 part 1, section 18.8.30).
 */
const builtIn: Readonly<Record<number, CellKind>> = Object.fromEntries([
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, 'date']),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id) => [id, 'time']),
  [22, 'timestamp'],
  [46, 'elapsed'],
]);

/** A format that shows a number for every value. */
export const showsNumber: NumberFormat = () => 'number';

/** The format with a number below 164; all that are not dates or times are numbers. */
export function builtInFormat(id: number): NumberFormat {
  const kind = builtIn[id];
  return kind === undefined ? showsNumber : () => kind;
}

/**
 * Reads a format code, such as `yyyy-mm-dd` or `[<1]h:mm;[h]:mm`: up to four sections, chosen by the value.
 * @see https://support.microsoft.com/office/number-format-codes-5026bbd6-04bc-48cd-bf33-80f18b4eae68
 */
export function parseNumberFormat(code: string): NumberFormat {
  const sections = sectionsOf(code).map(readSection);
  const first = sections[0]?.kind ?? 'number';
  const kinds = sections.map(({ kind, isEmpty }) => (isEmpty ? first : kind));
  if (kinds.every((kind) => kind === first)) return first === 'number' ? showsNumber : () => first;
  const conditions = conditionsOf(sections);
  return (value) => {
    const found = conditions.findIndex((condition) => condition(value));
    return kinds[found < 0 ? kinds.length - 1 : found] ?? first;
  };
}

/**
 * The sections of a format code for numbers, without literal text: quoted, escaped, padding (`_x`) and filling (`*x`). The
 * fourth section, and a last one such as `@`, are for texts.
 */
function sectionsOf(code: string): string[] {
  const sections = code.replace(/"[^"]*"?|\\[^]|[_*][^]/g, '').split(';');
  const hasCondition = sections.some((section) => /\[\s*[<>=]/.test(section));
  const isForText = sections.length > 1 && sections.at(-1)?.includes('@') === true && !hasCondition;
  return (isForText ? sections.slice(0, -1) : sections).slice(0, 3);
}

function readSection(section: string): Section {
  const [, operator, limit] = /\[\s*(<=|>=|<>|<|>|=)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*\]/.exec(section) ?? [];
  const kind = kindOf(section);
  return {
    kind,
    isEmpty: kind === 'number' && !/[0#?@]|general|standard/i.test(section.replace(/\[[^\]]*\]?/g, '')),
    condition: operator === undefined ? undefined : conditionOf(operator, Number(limit)),
  };
}

function conditionOf(operator: string, limit: number): Condition {
  const conditions: Record<string, Condition> = {
    '<': (value) => value < limit,
    '<=': (value) => value <= limit,
    '>': (value) => value > limit,
    '>=': (value) => value >= limit,
    '=': (value) => value === limit,
    '<>': (value) => value !== limit,
  };
  return conditions[operator] as Condition;
}

/** The conditions of sections; without explicit ones: positive, negative, zero. */
function conditionsOf(sections: readonly Section[]): Condition[] {
  const isExplicit = sections.some(({ condition }) => condition !== undefined);
  const implicit: Condition[] =
    sections.length === 2
      ? [(value) => value >= 0, () => true]
      : [(value) => value > 0, (value) => value < 0, () => true];
  return sections.map(({ condition }, index) => {
    if (condition) return condition;
    if (!isExplicit) return implicit[index] ?? (() => true);
    return index === 1 && sections.length > 2 ? (value) => value < 0 : () => true;
  });
}

/** What a section shows, by its letters. */
function kindOf(section: string): CellKind {
  if (/\[(?:h+|m+|s+)\]/i.test(section)) return 'elapsed';
  const letters = section
    .replace(/\[[^\]]*\]?/g, '')
    .replace(/general|standard/gi, '')
    .replace(/[eE][-+]/g, '')
    .toLowerCase();
  const hasAmPm = /am\/pm|a\/p/.test(letters);
  const codes = letters.replace(/am\/pm|a\/p/g, '');
  const hasTime = hasAmPm || /[hs]/.test(codes);
  if (/[ydbeg]|aaa/.test(codes)) return hasTime ? 'timestamp' : 'date';
  if (hasTime) return /mmm/.test(codes) ? 'timestamp' : 'time';
  return codes.includes('m') ? 'date' : 'number';
}
