/** The name of a type without its length or precision: `decimal` for `decimal(10,2)`. */
export const baseOf = (declaration: string): string => /^\w+/.exec(declaration)?.[0] ?? declaration;

/** Length of a timestamp with seven fraction digits, after which only zeros follow; and of its time alone. */
const maxTimestampLength = 27;
const maxTimeLength = 16;

/**
 * A timestamp in the form that SQL Server parses with any setting: `T` before the time, and seconds.
 * @see https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
 */
const timestamp = (text: string): string =>
  `STUFF(LEFT(${text}, ${maxTimestampLength}), 11, 1, N'T') + CASE LEN(${text}) WHEN 16 THEN N':00' ELSE N'' END`;

/** The same with an offset in hours and minutes, instead of `Z`, ` UTC`, `+01` or `+0100`. */
function zonedTimestamp(text: string): string {
  const time = `REPLACE(REPLACE(UPPER(SUBSTRING(${text}, 12, 30)), N' ', N''), N'UTC', N'Z')`;
  // A binary collation, because those of many languages ignore a hyphen.
  const zone = `PATINDEX(N'%[-+Z]%', ${time} COLLATE Latin1_General_100_BIN2)`;
  const seconds = `CASE ${zone} WHEN 6 THEN N':00' ELSE N'' END`;
  const offset = `STUFF(SUBSTRING(REPLACE(SUBSTRING(${time}, ${zone}, 6), N':', N'') + N'00', 1, 5), 4, 0, N':')`;
  return `SUBSTRING(${text}, 1, 10) + N'T' + LEFT(SUBSTRING(${time}, 1, ${zone} - 1), ${maxTimeLength}) + ${seconds} + CASE SUBSTRING(${time}, ${zone}, 1) WHEN N'Z' THEN N'+00:00' ELSE ${offset} END`;
}

/**
 * T-SQL that converts text to a type; NULL stays NULL. Text itself is not converted, so that the server refuses what is too
 * long: CONVERT would truncate it. Every text was validated before, because CONVERT rounds numbers and times.
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
      // CONVERT does not parse an integer with a decimal point, such as 1.0.
      return `CONVERT(${declaration}, LEFT(${text}, CHARINDEX(N'.', ${text} + N'.') - 1))`;
    case 'datetime2':
      return `CONVERT(${declaration}, ${timestamp(text)})`;
    case 'datetimeoffset':
      return `CONVERT(${declaration}, ${zonedTimestamp(text)})`;
    case 'datetime':
    case 'smalldatetime':
      // Through datetime2: the older types parse at most three fraction digits.
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

/** T-SQL for the text of a column, as a dataset would write it. */
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
      // CONVERT truncates: a varchar can have 8,000 characters.
      return /\bmax\b|^n?text$|^xml$|char\([4-8]\d{3}\)$/.test(declaration)
        ? `CONVERT(nvarchar(max), ${column})`
        : `CONVERT(nvarchar(4000), ${column})`;
  }
}

/**
 * How the values of a column are changed to text as a dataset would write them: the intermediate types, and T-SQL that is
 * applied to the text. The server itself would drop the seconds of `datetime`, and does not convert `money`.
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
      // The server writes 2026-11-20 10:00:00.5 +01:00, with a space before the offset.
      return { by: [], then: `STUFF(${column}, LEN(${column}) - 6, 1, N'')` };
    default:
      return { by: [] };
  }
}
