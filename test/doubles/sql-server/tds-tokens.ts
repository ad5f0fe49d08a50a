import type { Fault } from './fault.ts';

/** Column types of a result. */
export type AnswerType = 'nvarchar' | 'bigint' | 'float' | 'datetimeoffset';

/** A column of a result. */
export interface AnswerColumn {
  name: string;
  type: AnswerType;
}

/** A value in a result. */
export type AnswerValue = string | number | bigint | null;

/** The collation SQL_Latin1_General_CP1_CI_AS as bytes. */
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

const bytes = (...values: number[]): Buffer => Buffer.from(values);

function short(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function integer(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function long(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(value);
  return buffer;
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const shortText = (text: string): Buffer => Buffer.concat([bytes(text.length), utf16(text)]);
const text = (value: string): Buffer => Buffer.concat([short(value.length), utf16(value)]);
const shortBytes = (data: Buffer): Buffer => Buffer.concat([bytes(data.length), data]);
const sized = (token: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([bytes(token), short(body.length), body]);
};

/** An ERROR token. */
export function errorToken({ number, level, message }: Fault): Buffer {
  return sized(0xaa, integer(number), bytes(1, level), text(message), shortText('double'), shortText(''), integer(1));
}

/** LOGINACK for TDS 7.4. */
export function loginTokens(database: string, features: Buffer): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(0x74000004);
  return Buffer.concat([
    sized(0xe3, bytes(1), shortText(database), shortText('master')),
    sized(0xe3, bytes(7), shortBytes(collation), bytes(0)),
    sized(0xe3, bytes(4), shortText('4096'), shortText('4096')),
    sized(0xad, bytes(1), version, shortText('Double of SQL Server'), bytes(16, 0, 0, 0)),
    features,
    done({}),
  ]);
}

/** FEATUREEXTACK for the features that a client requested. */
export function featureTokens(withToken: boolean): Buffer {
  const fedAuth = Buffer.concat([bytes(0x02), integer(0)]);
  const utf8 = Buffer.concat([bytes(0x0a), integer(1), bytes(1)]);
  return Buffer.concat([bytes(0xae), ...(withToken ? [fedAuth] : []), utf8, bytes(0xff)]);
}

/** ENVCHANGE for a transaction that has started or ended. */
export function transactionToken(what: 'begun' | 'committed' | 'rolled back', transaction: bigint): Buffer {
  const number = shortBytes(long(transaction));
  if (what === 'begun') return sized(0xe3, bytes(8), number, bytes(0));
  return sized(0xe3, bytes(what === 'committed' ? 9 : 10), bytes(0), number);
}

/** DONE: the end of a result. */
export function done(
  {
    rows,
    error = false,
    more = false,
    attention = false,
  }: { rows?: number; error?: boolean; more?: boolean; attention?: boolean },
  token = 0xfd,
): Buffer {
  const status = (more ? 0x01 : 0) | (error ? 0x02 : 0) | (rows === undefined ? 0 : 0x10) | (attention ? 0x20 : 0);
  return Buffer.concat([bytes(token), short(status), short(0), long(BigInt(rows ?? 0))]);
}

/** DONEINPROC, RETURNSTATUS and DONEPROC: the end of a procedure. */
export const doneInProcedure = (rows: number | undefined): Buffer =>
  done({ ...(rows === undefined ? {} : { rows }), more: true }, 0xff);
export const returned = (): Buffer => Buffer.concat([bytes(0x79), integer(0)]);
export const doneProcedure = (error = false): Buffer => done({ error }, 0xfe);

const typeInfo: Record<AnswerType, Buffer> = {
  nvarchar: Buffer.concat([bytes(0xe7), short(0xffff), collation]),
  bigint: bytes(0x26, 8),
  float: bytes(0x6d, 8),
  datetimeoffset: bytes(0x2b, 3),
};

/** Columns and rows of a result. */
export function rowTokens(columns: readonly AnswerColumn[], rows: readonly (readonly AnswerValue[])[]): Buffer {
  const heads = columns.map(({ name, type }) =>
    Buffer.concat([integer(0), short(0x0009), typeInfo[type], shortText(name)]),
  );
  const lines = rows.map((row) =>
    Buffer.concat([bytes(0xd1), ...row.map((value, index) => valueOf((columns[index] as AnswerColumn).type, value))]),
  );
  return Buffer.concat([bytes(0x81), short(columns.length), ...heads, ...lines]);
}

function valueOf(type: AnswerType, value: AnswerValue): Buffer {
  if (type === 'nvarchar') {
    if (value === null) return Buffer.alloc(8, 0xff);
    const data = utf16(String(value));
    return Buffer.concat([
      long(BigInt(data.length)),
      ...(data.length > 0 ? [integer(data.length), data] : []),
      integer(0),
    ]);
  }
  if (value === null) return bytes(0);
  if (type === 'bigint') return shortBytes(long(BigInt(value)));
  if (type === 'float') {
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleLE(Number(value));
    return shortBytes(buffer);
  }
  return shortBytes(encodeTimestamp(String(value)));
}

/** A datetimeoffset(3) in UTC: milliseconds of the day, days since the year 1, offset in minutes. */
function encodeTimestamp(value: string): Buffer {
  const milliseconds = Date.parse(value.replace(/^(\S+) (\S+) (\S+)$/, '$1T$2$3'));
  if (Number.isNaN(milliseconds)) throw new Error(`“${value}” is not a timestamp.`);
  const days = Math.floor(milliseconds / 86_400_000);
  const buffer = Buffer.alloc(9);
  buffer.writeUInt32LE(milliseconds - days * 86_400_000, 0);
  buffer.writeUIntLE(days + 719_162, 4, 3);
  buffer.writeInt16LE(0, 7);
  return buffer;
}
