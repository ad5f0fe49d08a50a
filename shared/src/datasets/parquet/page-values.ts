import { deltaBinaryUnpack, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import type { DataReader, Encoding, ParquetType, SchemaElement } from 'hyparquet';
import { findInvalidUtf8 } from '../bytes/utf8.ts';
import { valueKind } from '../formats/csv-block.ts';
import { badParquet, refusedParquet } from './bad-parquet.ts';

/** Text or binary values as slices of one buffer, so that no object is created for each value. */
interface ByteValues {
  bytes: Buffer;
  starts: Int32Array;
  ends: Int32Array;
}

/** Bits of a place in a dictionary that hyparquet reads correctly. */
const maxIndexBits = 24;

/** Memory for the values of a page that repeat each other. */
const maxExpandedBytes = 128 * 1024 * 1024;

type Scalars = ArrayLike<number | bigint | boolean>;

/** The values of a page that are not NULL, as they are stored; of one physical type. */
export class PageValues {
  /** Number of values. */
  readonly length: number;
  /** Place in the dictionary of each value. */
  readonly #indices: Int32Array | undefined;
  readonly #scalars: Scalars | undefined;
  readonly #slices: ByteValues | undefined;

  /** What is known about the texts of the dictionary: see `textKind`. */
  readonly #textKinds: Uint8Array | undefined;
  /** The same for this as a dictionary. */
  #kindsOfDictionary: Uint8Array | undefined;

  constructor(values: Scalars | ByteValues, indices?: Int32Array, textKinds?: Uint8Array) {
    const isBytes = 'bytes' in values;
    this.#slices = isBytes ? values : undefined;
    this.#scalars = isBytes ? undefined : values;
    this.#indices = indices;
    this.#textKinds = textKinds;
    this.length = indices?.length ?? (isBytes ? values.starts.length : values.length);
  }

  /** The same values, looked up in this dictionary. @throws PipewrightError `invalid-file` for a value that it does not have */
  lookedUp(indices: Int32Array): PageValues {
    for (const index of indices)
      if (index < 0 || index >= this.length) throw badParquet('a value is missing in the dictionary of its column');
    return new PageValues(this.#slices ?? this.#scalars ?? [], indices, this.#ownTextKinds());
  }

  /** A number, integer or boolean. */
  scalar(at: number): number | bigint | boolean {
    return this.#scalars?.[this.#place(at)] ?? 0;
  }

  /** The buffer with the bytes of all values. */
  get bytes(): Buffer {
    return this.#slices?.bytes ?? Buffer.alloc(0);
  }

  /** Where the bytes of a value start. */
  start(at: number): number {
    return this.#slices?.starts[this.#place(at)] ?? 0;
  }

  /** Where the bytes of a value end. */
  end(at: number): number {
    return this.#slices?.ends[this.#place(at)] ?? 0;
  }

  /** The bytes of a value. */
  slice(at: number): Buffer {
    return this.bytes.subarray(this.start(at), this.end(at));
  }

  /**
   * The kind of a text whose bytes can be written as they are: UTF-8 without quotation marks and zero characters. Found only
   * once for a value of a dictionary.
   * @returns undefined for another value
   */
  textKind(at: number): number | undefined {
    const known = this.#textKinds;
    const place = this.#place(at);
    let kind = known?.[place] ?? unknownKind;
    if (kind === unknownKind) {
      kind = textKindOf(this.bytes, this.start(at), this.end(at));
      if (known) known[place] = kind;
    }
    return kind === otherKind ? undefined : kind;
  }

  /** One array for all pages that use this dictionary. */
  #ownTextKinds(): Uint8Array | undefined {
    if (this.#slices) this.#kindsOfDictionary ??= new Uint8Array(this.length).fill(unknownKind);
    return this.#kindsOfDictionary;
  }

  #place(at: number): number {
    return this.#indices ? (this.#indices[at] as number) : at;
  }
}

/** Stands for a text that was not looked at yet, and for one that cannot be written as it is. */
const unknownKind = 0xff;
const otherKind = 0xfe;

const doubleQuote = 0x22;

function textKindOf(bytes: Buffer, start: number, end: number): number {
  let all = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === doubleQuote || byte === 0) return otherKind;
    all |= byte;
  }
  if (all < 0x80) return valueKind.quoted;
  return findInvalidUtf8(bytes, start, end) < 0 ? valueKind.quoted | valueKind.beyondAscii : otherKind;
}

function readerOf(bytes: Uint8Array): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

/**
 * Reads definition or repetition levels.
 * @param max highest level; there are no levels if it is 0
 * @param count number of levels
 * @param length bytes of the levels; undefined if they are preceded by their length
 * @returns undefined if all levels are 0
 */
export function readLevels(
  reader: DataReader,
  max: number,
  count: number,
  length: number | undefined,
): Uint8Array | undefined {
  if (max === 0) return undefined;
  const levels = new Uint8Array(count);
  readRleBitPackedHybrid(reader, 32 - Math.clz32(max), levels, length);
  return levels;
}

function fromSlices(slices: readonly Uint8Array[]): ByteValues {
  const starts = new Int32Array(slices.length);
  const ends = new Int32Array(slices.length);
  let at = 0;
  for (const [index, { length }] of slices.entries()) {
    starts[index] = at;
    ends[index] = at += length;
  }
  return { bytes: Buffer.concat(slices, at), starts, ends };
}

/** Byte arrays, each preceded by its length. */
function plainBytes(bytes: Uint8Array, count: number): ByteValues {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const start = at + 4;
    at = start + buffer.readUInt32LE(at);
    if (at > buffer.length) throw badParquet('a value is longer than its page');
    starts[index] = start;
    ends[index] = at;
  }
  return { bytes: buffer, starts, ends };
}

/** Byte arrays of one length. */
function fixedBytes(bytes: Uint8Array, count: number, width: number): ByteValues {
  if (count * width > bytes.length) throw badParquet('a page is too short');
  const starts = Int32Array.from({ length: count }, (_value, index) => index * width);
  return {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    starts,
    ends: starts.map((start) => start + width),
  };
}

function plainValues(bytes: Uint8Array, type: ParquetType, count: number, width: number): PageValues {
  if (type === 'BYTE_ARRAY') return new PageValues(plainBytes(bytes, count));
  if (type === 'FIXED_LEN_BYTE_ARRAY') return new PageValues(fixedBytes(bytes, count, width));
  const reader = readerOf(bytes);
  const values: Scalars = readPlain(reader, type, count, undefined);
  if (reader.offset > bytes.length) throw badParquet('a page is too short');
  return new PageValues(values);
}

/**
 * Integers as differences. Always in 64 bits: hyparquet's reader for 32 bits loses the highest bit of a first value that a
 * program wrote as an unsigned integer, such as DuckDB.
 */
function packedIntegers(reader: DataReader, type: ParquetType, count: number): Scalars {
  const values = new BigInt64Array(count);
  deltaBinaryUnpack(reader, count, values);
  return type === 'INT64' ? values : Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value)));
}

/**
 * Byte arrays that repeat the start of the one before. Into one buffer of a known size, because few bytes can stand for any
 * number.
 */
function prefixedBytes(reader: DataReader, bytes: Uint8Array, count: number): ByteValues {
  const [prefixes, suffixes] = [packedIntegers(reader, 'INT32', count), packedIntegers(reader, 'INT32', count)];
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let size = 0;
  let before = 0;
  for (let index = 0; index < count; index += 1) {
    const [prefix, suffix] = [Number(prefixes[index]), Number(suffixes[index])];
    if (!(prefix >= 0 && prefix <= before && suffix >= 0)) throw badParquet('a value is longer than its page');
    starts[index] = size;
    ends[index] = size += before = prefix + suffix;
    if (size > maxExpandedBytes)
      throw refusedParquet(
        `The Parquet file has a page with values of more than ${maxExpandedBytes / 1024 / 1024} MB.`,
        'Write the file again with smaller pages.',
      );
  }
  const buffer = Buffer.alloc(size);
  let from = reader.offset;
  for (let index = 0; index < count; index += 1) {
    const start = starts[index] as number;
    const middle = start + Number(prefixes[index]);
    const end = ends[index] as number;
    const previous = starts[index - 1] ?? 0;
    buffer.copyWithin(start, previous, previous + middle - start);
    const to = from + end - middle;
    if (to > bytes.length) throw badParquet('a page is too short');
    buffer.set(bytes.subarray(from, to), middle);
    from = to;
  }
  return { bytes: buffer, starts, ends };
}

/** Reads the values of a dictionary. */
export function readDictionary(bytes: Uint8Array, { type, type_length = 0 }: SchemaElement, count: number): PageValues {
  return plainValues(bytes, type ?? 'BYTE_ARRAY', count, type_length);
}

/**
 * Reads the values of a data page.
 * @param bytes the decompressed page, after its levels
 * @param count values that are not NULL
 * @throws PipewrightError `invalid-input` for an encoding that is not supported, `invalid-file` for damaged data
 * @see https://github.com/apache/parquet-format/blob/master/Encodings.md
 */
export function readValues(
  bytes: Uint8Array,
  { type = 'BYTE_ARRAY', type_length = 0 }: SchemaElement,
  encoding: Encoding,
  count: number,
  dictionary: PageValues | undefined,
): PageValues {
  if (count === 0) return new PageValues([]);
  const reader = readerOf(bytes);
  switch (encoding) {
    case 'PLAIN':
      return plainValues(bytes, type, count, type_length);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (!dictionary) throw badParquet('a column has no dictionary');
      const indices = new Int32Array(count);
      const width = reader.view.getUint8(reader.offset++);
      if (width > maxIndexBits)
        throw refusedParquet('The Parquet file has a dictionary of more than 16 million values.');
      if (width > 0) readRleBitPackedHybrid(reader, width, indices, bytes.length - reader.offset);
      return dictionary.lookedUp(indices);
    }
    case 'RLE': {
      const bits = new Uint8Array(count);
      readRleBitPackedHybrid(reader, 1, bits);
      return new PageValues(bits);
    }
    case 'DELTA_BINARY_PACKED':
      return new PageValues(packedIntegers(reader, type, count));
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      const slices = new Array<Uint8Array>(count);
      deltaLengthByteArray(reader, count, slices);
      if (reader.offset > bytes.length) throw badParquet('a page is too short');
      return new PageValues(fromSlices(slices));
    }
    case 'DELTA_BYTE_ARRAY':
      return new PageValues(prefixedBytes(reader, bytes, count));
    case 'BYTE_STREAM_SPLIT': {
      const values: Scalars | Uint8Array[] = byteStreamSplit(reader, count, type, type_length);
      return type === 'FIXED_LEN_BYTE_ARRAY'
        ? new PageValues(fromSlices(values as Uint8Array[]))
        : new PageValues(values as Scalars);
    }
    case 'GROUP_VAR_INT':
    case 'BIT_PACKED':
    case 'ALP':
      throw refusedParquet(`The Parquet file has values in the encoding ${encoding}, which is not supported.`);
  }
}
