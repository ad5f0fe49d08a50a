import { PipewrightError } from '../../host/error.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { nameColumns } from '../formats/column-names.ts';
import { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import { badJson } from './bad-json.ts';
import { JsonRecords, type JsonLayout, type JsonRecord } from './json-records.ts';
import { isContinued, parsedObject, singleObject } from './single-object.ts';
import { JsonFault, pathSeparator, readJsonRow, type JsonValue } from './json-row.ts';

/** Limits of the sample that defines the columns. */
const sample = { records: 1_000, characters: 4 * 1024 * 1024 };

const maxShown = 1_000;

const nothing: JsonValue = { text: null, isText: false };

/**
 * Parses JSON objects, one after the other or in an array, into rows: the fields of the first thousand objects are the columns.
 * Strings and nested values become quoted values, numbers and booleans unquoted ones, null and missing fields NULL. A
 * record that is not an object, repeats a field, or has a field that is not a column is passed to `onReject` and skipped.
 * @see https://jsonlines.org/
 */
export class JsonScanner {
  /** Column names, once known. */
  header: string[] | undefined;
  readonly #records: JsonRecords;
  readonly #builder: TypedBlockBuilder;
  readonly #onReject: (reject: Reject) => void;
  readonly #columns = new Map<string, number>();
  #held: JsonRecord[] | undefined = [];
  #characters = 0;
  /** The values of a row, and the columns that have one; reused for all rows, of which each may have few. */
  #row: JsonValue[] = [];
  readonly #placed: number[] = [];

  /** Names of objects whose fields are columns. */
  readonly #objects = new Set<string>();
  readonly #flatten: boolean;
  readonly #layout: JsonLayout;
  readonly #isChosen: boolean;
  /** The first record until there is another one. */
  #only: JsonRecord | undefined;
  #hasSecond = false;

  /**
   * @param flatten whether nested objects become columns such as `address.city`
   * @param line line number of the start of the first piece
   * @param isChosen whether the user chose JSON Lines: one object in a line is then a table with one row
   */
  constructor(
    layout: JsonLayout,
    flatten: boolean,
    onReject: (reject: Reject) => void,
    line: number,
    isChosen: boolean,
  ) {
    this.#layout = layout;
    this.#isChosen = isChosen;
    this.#records = new JsonRecords(layout, line);
    this.#flatten = flatten;
    this.#builder = new TypedBlockBuilder(',');
    this.#onReject = onReject;
  }

  /**
   * Returns the rows completed by these pieces.
   * @throws PipewrightError `invalid-file` for invalid UTF-8, a malformed array, or a file without objects in its first thousand records
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(pieces, false);
  }

  /** Returns the last rows. */
  end(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(pieces, true);
  }

  #scan(pieces: readonly Uint8Array[], last: boolean): CsvBlock {
    this.#builder.reuse(1);
    const [only] = pieces;
    const bytes = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    let records = this.#records.read(bytes, last);
    if (this.#layout === 'lines') this.#refuseOne(records, last);
    if (this.#held) {
      for (const record of records) {
        this.#held.push(record);
        this.#characters += record.text.length;
      }
      if (!last && this.#held.length < sample.records && this.#characters < sample.characters)
        return this.#builder.build(0);
      records = this.#held;
      this.#held = undefined;
      this.#begin(records);
    }
    this.#builder.begin(bytes.length);
    for (const record of records) this.#read(record);
    return this.#builder.build(this.#columns.size);
  }

  /** @throws PipewrightError `invalid-input` for lines that are, or start, a single object */
  #refuseOne(records: readonly JsonRecord[], last: boolean): void {
    const [first, second] = this.#only ? [this.#only, records[0]] : records;
    if (!this.#hasSecond && first && isContinued(first.text, second?.text)) {
      const read = this.#only ? [this.#only, ...records] : records;
      throw singleObject(read.map(({ text }) => text).join('\n'), false);
    }
    this.#hasSecond ||= second !== undefined;
    this.#only = this.#hasSecond ? undefined : first;
    if (!last || this.#isChosen || !this.#only) return;
    if (parsedObject(this.#only.text)) throw singleObject(this.#only.text, true);
  }

  /** Finds the columns; invalid records are ignored here and rejected when they are read as rows. */
  #begin(records: readonly JsonRecord[]): void {
    let first: { line: number; reason: string } | undefined;
    let characters = 0;
    /** Whether each name has a value other than null. */
    const found = new Map<string, boolean>();
    // The result must not depend on how the file was split into pieces.
    for (const { text, line } of records.slice(0, sample.records)) {
      if (characters >= sample.characters) break;
      characters += text.length;
      const fields: [name: string, hasValue: boolean][] = [];
      const reason = faultOf(() =>
        readJsonRow(text, (name, value) => fields.push([name, value.text !== null]), this.#flatten),
      );
      if (reason !== undefined) first ??= { line, reason };
      else for (const [name, hasValue] of fields) found.set(name, hasValue || (found.get(name) ?? false));
    }
    if (this.#flatten) for (const name of found.keys()) for (const object of objectsOf(name)) this.#objects.add(object);
    // An object that is null in some rows is no column of its own.
    for (const [name, hasValue] of found)
      if (hasValue || !this.#objects.has(name)) this.#columns.set(name, this.#columns.size);
    if (this.#columns.size > 0) this.header = nameColumns([...this.#columns.keys()].map(dotted));
    else if (first?.reason.startsWith('is not an object') && this.#layout !== 'lines') throw noObjects();
    else if (first) throw badJson(first.line, first.reason, hintFor(first.reason, records[0]));
  }

  #read({ text, line }: JsonRecord): void {
    if (this.#row.length === 0) this.#row = new Array<JsonValue>(this.#columns.size).fill(nothing);
    const reason = faultOf(() => readJsonRow(text, (name, value) => this.#place(name, value), this.#flatten));
    if (reason === undefined) this.#builder.add(this.#row, line);
    else this.#onReject({ line, reason, text: text.slice(0, maxShown) });
    for (const column of this.#placed.splice(0)) this.#row[column] = nothing;
  }

  /** Puts the value of a field into its column. */
  #place(name: string, value: JsonValue): void {
    const column = this.#columns.get(name);
    if (column === undefined) {
      if (value.text === null && this.#objects.has(name)) return;
      throw new JsonFault(
        `has the field “${dotted(name).slice(0, 60)}”, which none of the first ${sample.records} objects has; add it to one of them, with the value null`,
      );
    }
    if (this.#row[column] !== nothing) throw new JsonFault(`has the field “${dotted(name).slice(0, 60)}” twice`);
    this.#row[column] = value;
    this.#placed.push(column);
  }
}

/** The objects that a field such as `a.b.c` is in: `a` and `a.b`. */
function objectsOf(name: string): string[] {
  const names = name.split(pathSeparator);
  return names.slice(1).map((_name, index) => names.slice(0, index + 1).join(pathSeparator));
}

function noObjects(): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: 'The file is JSON, but its array contains no objects, so the columns have no names.',
    hint: 'Each row must be an object with its fields, such as [{"id": 1}]. Export the data like that, or as CSV.',
  });
}

const dotted = (name: string): string => name.replaceAll(pathSeparator, '.');

/** Another format is a likely cause only if the file does not start like JSON. */
function hintFor(reason: string, first: JsonRecord | undefined): string | undefined {
  return reason === 'is not JSON' && !/^[{[]/.test(first?.text.trim() ?? '')
    ? 'Correct the file, or set Format to CSV.'
    : undefined;
}

function faultOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof JsonFault) return error.message;
    throw error;
  }
}
