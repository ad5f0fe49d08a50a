const baseOf = (declaration: string): string => /^\w+/.exec(declaration)?.[0] ?? declaration;

/** Types that the core checks value by value, so that every text converts. */
const checked = new Set(['bigint', 'int', 'smallint', 'tinyint', 'bit', 'decimal', 'numeric', 'date', 'datetime2', 'datetimeoffset', 'uniqueidentifier']);

/** Types to which text is converted although the core does not check it, or not wholly: `datetime` begins in 1753. */
const unchecked = new Set(['datetime', 'smalldatetime', 'money', 'smallmoney', 'float', 'real', 'time']);

/**
 * A moment as SQL Server reads it whatever its settings are: `T` before the time, and seconds.
 * @see https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
 */
const moment = (text: string): string => `STUFF(${text}, 11, 1, N'T') + CASE LEN(${text}) WHEN 16 THEN N':00' ELSE N'' END`;

/** The same with an offset of hours and minutes behind it, in place of `Z`, `+01` or `+0100`. */
function zonedMoment(text: string): string {
  const time = `SUBSTRING(${text}, 12, 30)`;
  // Byte by byte, because the order of letters of many languages passes over a hyphen.
  const zone = `PATINDEX(N'%[-+Z]%', ${time} COLLATE Latin1_General_100_BIN2)`;
  const seconds = `CASE ${zone} WHEN 6 THEN N':00' ELSE N'' END`;
  const offset = `STUFF(SUBSTRING(REPLACE(SUBSTRING(${time}, ${zone}, 6), N':', N'') + N'00', 1, 5), 4, 0, N':')`;
  return `SUBSTRING(${text}, 1, 10) + N'T' + SUBSTRING(${time}, 1, ${zone} - 1) + ${seconds} + CASE SUBSTRING(${time}, ${zone}, 1) WHEN N'Z' THEN N'+00:00' ELSE ${offset} END`;
}

/**
 * T-SQL that makes a value of a type from its text; NULL stays NULL. Text is given as it is, so that the server refuses
 * what is too long, which CONVERT would cut.
 * @param convert `TRY_CONVERT` for NULL in place of an error
 */
export function fromText(declaration: string, text: string, convert: 'CONVERT' | 'TRY_CONVERT' = 'CONVERT'): string {
  const base = baseOf(declaration);
  if (!checked.has(base) && !unchecked.has(base)) return text;
  switch (base) {
    case 'bit':
      return `${convert}(bit, CASE LOWER(${text}) WHEN N'true' THEN 1 WHEN N'1' THEN 1 WHEN N'false' THEN 0 WHEN N'0' THEN 0 END)`;
    case 'datetime2':
      return `${convert}(${declaration}, ${moment(text)})`;
    case 'datetimeoffset':
      return `${convert}(${declaration}, ${zonedMoment(text)})`;
    case 'datetime':
    case 'smalldatetime':
      // By way of datetime2: the older types read no more than three digits of a second.
      return `${convert}(${declaration}, ${convert}(datetime2(6), ${moment(text)}))`;
    case 'money':
    case 'smallmoney':
      return `${convert}(${declaration}, ${convert}(decimal(38,4), ${text}))`;
    default:
      return `${convert}(${declaration}, ${text})`;
  }
}

/** T-SQL that is true for a text that is no value of a type; undefined where the core has seen to it. */
export function isMisfit(declaration: string, text: string): string | undefined {
  if (!unchecked.has(baseOf(declaration))) return undefined;
  // An empty text would become 0, or midnight.
  return `${text} IS NOT NULL AND (${fromText(declaration, text, 'TRY_CONVERT')} IS NULL OR LTRIM(RTRIM(${text})) = N'')`;
}

/** T-SQL for the text of a column's values, as a dataset would have it. */
export function asText(declaration: string, column: string): string {
  switch (baseOf(declaration)) {
    case 'bit':
      return `CASE ${column} WHEN 1 THEN N'true' ELSE N'false' END`;
    case 'uniqueidentifier':
      return `LOWER(CONVERT(nvarchar(36), ${column}))`;
    case 'datetime':
    case 'smalldatetime':
      return `CONVERT(nvarchar(30), ${column}, 121)`;
    case 'float':
    case 'real':
      return `CONVERT(nvarchar(30), ${column}, 3)`;
    case 'money':
    case 'smallmoney':
      return `CONVERT(nvarchar(30), ${column}, 2)`;
    default:
      return /\bmax\b|^n?text$|^xml$/.test(declaration) ? `CONVERT(nvarchar(max), ${column})` : `CONVERT(nvarchar(4000), ${column})`;
  }
}
