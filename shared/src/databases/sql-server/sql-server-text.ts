const baseOf = (declaration: string): string => /^\w+/.exec(declaration)?.[0] ?? declaration;

/** Characters of a timestamp with seven digits of a second, more than which are zeros; and of the time alone. */
const longestTimestamp = 27;
const longestTime = 16;

/**
 * A timestamp as SQL Server reads it whatever its settings are: `T` before the time, and seconds.
 * @see https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
 */
const timestamp = (text: string): string =>
  `STUFF(LEFT(${text}, ${longestTimestamp}), 11, 1, N'T') + CASE LEN(${text}) WHEN 16 THEN N':00' ELSE N'' END`;

/** The same with an offset of hours and minutes behind it, in place of `Z`, ` UTC`, `+01` or `+0100`. */
function zonedTimestamp(text: string): string {
  const time = `REPLACE(REPLACE(UPPER(SUBSTRING(${text}, 12, 30)), N' ', N''), N'UTC', N'Z')`;
  // Byte by byte, because the order of letters of many languages passes over a hyphen.
  const zone = `PATINDEX(N'%[-+Z]%', ${time} COLLATE Latin1_General_100_BIN2)`;
  const seconds = `CASE ${zone} WHEN 6 THEN N':00' ELSE N'' END`;
  const offset = `STUFF(SUBSTRING(REPLACE(SUBSTRING(${time}, ${zone}, 6), N':', N'') + N'00', 1, 5), 4, 0, N':')`;
  return `SUBSTRING(${text}, 1, 10) + N'T' + LEFT(SUBSTRING(${time}, 1, ${zone} - 1), ${longestTime}) + ${seconds} + CASE SUBSTRING(${time}, ${zone}, 1) WHEN N'Z' THEN N'+00:00' ELSE ${offset} END`;
}

/**
 * T-SQL that makes a value of a type from its text; NULL stays NULL. Text is given as it is, so that the server refuses
 * what is too long, which CONVERT would cut. The core has checked every text against the rules of the type, because
 * CONVERT rounds numbers and times without an error.
 * @see https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
 */
export function fromText(declaration: string, text: string): string {
  switch (baseOf(declaration)) {
    case 'bit':
      return `CONVERT(bit, CASE LOWER(${text}) WHEN N'true' THEN 1 WHEN N't' THEN 1 WHEN N'yes' THEN 1 WHEN N'1' THEN 1 WHEN N'false' THEN 0 WHEN N'f' THEN 0 WHEN N'no' THEN 0 WHEN N'0' THEN 0 END)`;
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      // No integer is read from a text with a point, such as 1.0.
      return `CONVERT(${declaration}, LEFT(${text}, CHARINDEX(N'.', ${text} + N'.') - 1))`;
    case 'datetime2':
      return `CONVERT(${declaration}, ${timestamp(text)})`;
    case 'datetimeoffset':
      return `CONVERT(${declaration}, ${zonedTimestamp(text)})`;
    case 'datetime':
    case 'smalldatetime':
      // By way of datetime2: the older types read no more than three digits of a second.
      return `CONVERT(${declaration}, CONVERT(datetime2(6), ${timestamp(text)}))`;
    case 'money':
    case 'smallmoney':
      return `CONVERT(${declaration}, CONVERT(decimal(38,4), ${text}))`;
    case 'binary':
    case 'varbinary':
      return `CONVERT(${declaration}, ${text}, 1)`;
    case 'decimal':
    case 'numeric':
    case 'float':
    case 'real':
    case 'date':
    case 'time':
    case 'uniqueidentifier':
      return `CONVERT(${declaration}, ${text})`;
    default:
      return text;
  }
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
    case 'binary':
    case 'varbinary':
      return `CONVERT(nvarchar(max), ${column}, 1)`;
    default:
      return /\bmax\b|^n?text$|^xml$/.test(declaration)
        ? `CONVERT(nvarchar(max), ${column})`
        : `CONVERT(nvarchar(4000), ${column})`;
  }
}

/**
 * The types by way of which the values of a column become text, and T-SQL that then writes them as a dataset would;
 * by itself the server leaves out the seconds of `datetime`, and does not make text of `money`.
 * @param column quoted
 * @see https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
 */
export function toText(declaration: string, column: string): { by: string[]; then?: string } {
  switch (baseOf(declaration)) {
    case 'datetime':
      return { by: ['datetime2(3)'] };
    case 'smalldatetime':
      return { by: ['datetime2(0)'] };
    case 'money':
      return { by: ['decimal(19,4)'] };
    case 'smallmoney':
      return { by: ['decimal(10,4)'] };
    case 'bit':
      return { by: [], then: `CASE ${column} WHEN N'1' THEN N'true' WHEN N'0' THEN N'false' END` };
    case 'uniqueidentifier':
      return { by: [], then: `LOWER(${column})` };
    case 'datetimeoffset':
      // 2026-11-20 10:00:00.5 +01:00 has a space that no dataset has.
      return { by: [], then: `STUFF(${column}, LEN(${column}) - 6, 1, N'')` };
    default:
      return { by: [] };
  }
}
