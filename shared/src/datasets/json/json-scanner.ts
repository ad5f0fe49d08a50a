import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { nameColumns } from '../formats/column-names.ts';
import { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import { badJson, JsonRecords, type JsonRecord } from './json-records.ts';
import { JsonFault, readJsonRow, type JsonValue } from './json-row.ts';

/** Limits of the sample that defines the columns. */
const sample = { records: 1_000, characters: 4 * 1024 * 1024 };

const maxShown = 1_000;

const nothing: JsonValue = { text: null, isText: false };

/**
 * Parses JSON Lines, or a JSON array of objects, into rows: the fields of the first thousand objects are the columns.
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
  #row: JsonValue[] = [];

  /**
   * @param delimiter delimiter of the rows to write
   * @param line line number of the start of the first piece
   */
  constructor(isArray: boolean, delimiter: string, onReject: (reject: Reject) => void, line: number) {
    this.#records = new JsonRecords(isArray, line);
    this.#builder = new TypedBlockBuilder(delimiter);
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
    const [only] = pieces;
    const bytes = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    let records = this.#records.read(bytes, last);
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

  /** Finds the columns; invalid records are ignored here and rejected when they are read as rows. */
  #begin(records: readonly JsonRecord[]): void {
    let first: { line: number; reason: string } | undefined;
    let characters = 0;
    // The result must not depend on how the file was split into pieces.
    for (const { text, line } of records.slice(0, sample.records)) {
      if (characters >= sample.characters) break;
      characters += text.length;
      const names: string[] = [];
      const reason = faultOf(() => readJsonRow(text, (name) => names.push(name)));
      if (reason !== undefined) first ??= { line, reason };
      else for (const name of names) if (!this.#columns.has(name)) this.#columns.set(name, this.#columns.size);
    }
    if (this.#columns.size > 0) this.header = nameColumns([...this.#columns.keys()]);
    else if (first) throw badJson(first.line, first.reason, hintFor(first.reason, records[0]));
  }

  #read({ text, line }: JsonRecord): void {
    this.#row = new Array<JsonValue>(this.#columns.size).fill(nothing);
    const reason = faultOf(() =>
      readJsonRow(text, (name, value) => {
        const column = this.#columns.get(name);
        if (column === undefined)
          throw new JsonFault(
            `has the field “${name.slice(0, 60)}”, which none of the first ${sample.records} objects has; add it to one of them, with the value null`,
          );
        this.#row[column] = value;
      }),
    );
    if (reason === undefined) this.#builder.add(this.#row, line);
    else this.#onReject({ line, reason, text: text.slice(0, maxShown) });
  }
}

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
