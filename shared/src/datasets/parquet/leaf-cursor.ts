import { parquetHeader } from 'hyparquet/src/column.js';
import type { ColumnMetaData, DataReader, PageHeader, SchemaElement } from 'hyparquet';
import { crc32 } from '../bytes/crc32.ts';
import { badParquet, refusedParquet } from './bad-parquet.ts';
import { decompressPage } from './page-bytes.ts';
import { PageValues, readDictionary, readLevels, readValues } from './page-values.ts';

/** Memory that the current pages of all columns take together, at most. */
const maxPageBytes = 384 * 1024 * 1024;

/** Memory for each value of a page: its place and levels. */
const bytesPerValue = 10;

/** The memory of the current pages of all columns. */
export class PageMemory {
  #bytes = 0;

  /**
   * Replaces the size of one page by that of the next one.
   * @throws PipewrightError `invalid-input` if the pages do not fit
   */
  replace(before: number, after: number): void {
    this.#bytes += after - before;
    if (this.#bytes > maxPageBytes)
      throw refusedParquet(
        `The Parquet file stores too many values together: reading a row takes more than ${maxPageBytes / 1024 / 1024} MB of memory.`,
        'Write the file again with smaller row groups or pages, such as 20,000 rows each.',
      );
  }
}

/** A leaf of the schema: what it stores, and how many of its ancestors and itself are optional or repeated. */
export interface Leaf {
  element: SchemaElement;
  maxDefinition: number;
  maxRepetition: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The entries of a page: values, and NULL or empty lists at some level. */
interface Page {
  count: number;
  definitions: Uint8Array | undefined;
  repetitions: Uint8Array | undefined;
  values: PageValues;
}

const noPage: Page = { count: 0, definitions: undefined, repetitions: undefined, values: new PageValues([]) };

/**
 * Reads the entries of one leaf column of a row group in order, page by page: values with their definition and repetition
 * levels.
 * @see https://github.com/apache/parquet-format#nested-encoding
 */
export class LeafCursor {
  readonly #leaf: Leaf;
  readonly #meta: ColumnMetaData;
  readonly #memory: PageMemory;
  readonly #reader: DataReader;
  readonly #bytes: Buffer;
  #page = noPage;
  #pageBytes = 0;
  #dictionary: PageValues | undefined;
  #dictionaryBytes = 0;
  /** Entries of the pages before the current one. */
  #before = 0;
  #at = 0;
  #value = 0;

  /** @param file the whole file */
  constructor(file: Buffer, leaf: Leaf, meta: ColumnMetaData, memory: PageMemory) {
    const { data_page_offset, dictionary_page_offset = 0n, total_compressed_size, num_values } = meta;
    // Some programs write 0 for a column without a dictionary.
    const start = Number(
      dictionary_page_offset > 0n && dictionary_page_offset < data_page_offset
        ? dictionary_page_offset
        : data_page_offset,
    );
    const end = start + Number(total_compressed_size);
    if (num_values > 0n && !(start >= 4 && end >= start && end <= file.length))
      throw badParquet('a column is not inside the file');
    this.#leaf = leaf;
    this.#meta = meta;
    this.#memory = memory;
    this.#bytes = num_values > 0n ? file.subarray(start, end) : Buffer.alloc(0);
    this.#reader = { view: viewOf(this.#bytes), offset: 0 };
  }

  /** The values of the current page. */
  get values(): PageValues {
    return this.#page.values;
  }

  /** Place of the current value in `values`. */
  get place(): number {
    return this.#value;
  }

  /** Whether the current entry has a value. */
  get hasValue(): boolean {
    return this.definition === this.#leaf.maxDefinition;
  }

  /** Definition level of the current entry. */
  get definition(): number {
    if (this.#at >= this.#page.count) this.#load();
    const { definitions } = this.#page;
    return definitions ? (definitions[this.#at] as number) : this.#leaf.maxDefinition;
  }

  /** Repetition level of the current entry; 0 after the last one. */
  get repetition(): number {
    if (this.#at >= this.#page.count) {
      if (this.isAtEnd) return 0;
      this.#load();
    }
    return this.#page.repetitions?.[this.#at] ?? 0;
  }

  /** Whether there are no more entries. */
  get isAtEnd(): boolean {
    return this.#before + this.#at >= Number(this.#meta.num_values);
  }

  /** Goes to the next entry. @param hasValue whether the current one has a value */
  next(hasValue = this.hasValue): void {
    if (hasValue) this.#value += 1;
    this.#at += 1;
  }

  /** Frees the pages. @throws PipewrightError `invalid-file` if there are entries left */
  close(): void {
    if (!this.isAtEnd) throw badParquet('a column has more values than rows');
    this.#memory.replace(this.#pageBytes + this.#dictionaryBytes, 0);
  }

  #load(): void {
    this.#before += this.#page.count;
    this.#at = this.#value = 0;
    this.#page = noPage;
    while (this.#page.count === 0) {
      if (this.isAtEnd || this.#reader.offset >= this.#bytes.length)
        throw badParquet('a column has fewer values than rows');
      this.#read();
    }
    if (this.#before + this.#page.count > Number(this.#meta.num_values))
      throw badParquet('a column has more values than its header states');
  }

  /** Reads a page: of data, a dictionary, or an index, which is skipped. */
  #read(): void {
    const reader = this.#reader;
    const header = parquetHeader(reader);
    const start = reader.offset;
    const end = start + header.compressed_page_size;
    if (!(end >= start && end <= this.#bytes.length && header.uncompressed_page_size >= 0))
      throw badParquet('a page is not inside its column');
    reader.offset = end;
    const packed = this.#bytes.subarray(start, end);
    if (header.crc !== undefined && crc32(packed) !== header.crc >>> 0)
      throw badParquet('the checksum of a page is wrong');
    if (header.type === 'DICTIONARY_PAGE') this.#dictionary = this.#readDictionary(header, packed);
    else if (header.type === 'DATA_PAGE') this.#page = this.#readPage(header, packed);
    else if (header.type === 'DATA_PAGE_V2') this.#page = this.#readPageV2(header, packed);
  }

  /** Makes room for a page. */
  #reserve(bytes: number, count: number): void {
    if (!(count >= 0)) throw badParquet('a page has no valid number of values');
    const size = bytes + count * bytesPerValue;
    this.#memory.replace(this.#pageBytes, size);
    this.#pageBytes = size;
  }

  #readDictionary({ uncompressed_page_size, dictionary_page_header }: PageHeader, packed: Uint8Array): PageValues {
    const count = dictionary_page_header?.num_values ?? 0;
    this.#reserve(uncompressed_page_size, count);
    this.#dictionaryBytes += this.#pageBytes;
    this.#pageBytes = 0;
    const bytes = decompressPage(packed, uncompressed_page_size, this.#meta.codec);
    return readDictionary(bytes, this.#leaf.element, count);
  }

  #readPage({ uncompressed_page_size, data_page_header }: PageHeader, packed: Uint8Array): Page {
    if (!data_page_header) throw badParquet('a page has no header');
    const { num_values: count, encoding, definition_level_encoding, repetition_level_encoding } = data_page_header;
    const { element, maxDefinition, maxRepetition } = this.#leaf;
    this.#reserve(uncompressed_page_size, count);
    const bytes = decompressPage(packed, uncompressed_page_size, this.#meta.codec);
    const reader = { view: viewOf(bytes), offset: 0 };
    if (
      (maxRepetition > 0 && repetition_level_encoding !== 'RLE') ||
      (maxDefinition > 0 && definition_level_encoding !== 'RLE')
    )
      throw refusedParquet('The Parquet file is in an old version of the format, with bit-packed levels.');
    const repetitions = readLevels(reader, maxRepetition, count, undefined);
    const definitions = readLevels(reader, maxDefinition, count, undefined);
    const values = bytes.subarray(reader.offset);
    const present = this.#countValues(definitions, count);
    return {
      count,
      definitions,
      repetitions,
      values: readValues(values, element, encoding, present, this.#dictionary),
    };
  }

  #readPageV2({ uncompressed_page_size, data_page_header_v2: header }: PageHeader, packed: Uint8Array): Page {
    if (!header) throw badParquet('a page has no header');
    const { num_values: count, encoding, is_compressed } = header;
    const { repetition_levels_byte_length: repetitionBytes, definition_levels_byte_length: definitionBytes } = header;
    const { element, maxDefinition, maxRepetition } = this.#leaf;
    const levelBytes = repetitionBytes + definitionBytes;
    if (!(repetitionBytes >= 0 && definitionBytes >= 0 && levelBytes <= packed.length))
      throw badParquet('a page is too short');
    this.#reserve(uncompressed_page_size, count);
    const reader = { view: viewOf(packed.subarray(0, levelBytes)), offset: 0 };
    const repetitions = readLevels(reader, maxRepetition, count, repetitionBytes);
    reader.offset = repetitionBytes;
    const definitions = readLevels(reader, maxDefinition, count, definitionBytes);
    const codec = is_compressed === false ? 'UNCOMPRESSED' : this.#meta.codec;
    const values = decompressPage(packed.subarray(levelBytes), uncompressed_page_size - levelBytes, codec);
    const present = this.#countValues(definitions, count);
    return {
      count,
      definitions,
      repetitions,
      values: readValues(values, element, encoding, present, this.#dictionary),
    };
  }

  #countValues(definitions: Uint8Array | undefined, count: number): number {
    if (!definitions) return count;
    const { maxDefinition } = this.#leaf;
    let present = 0;
    for (const definition of definitions) if (definition === maxDefinition) present += 1;
    return present;
  }
}
