import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { nameColumns } from '../formats/column-names.ts';
import { JsonBlockBuilder } from './json-block-builder.ts';
import { badJson, JsonRecords, type JsonRecord } from './json-records.ts';
import { JsonFault, readJsonRow, type JsonValue } from './json-row.ts';

/** The fields of this many records, or of this many characters of them, are the columns. */
const sample = { records: 1_000, characters: 4 * 1024 * 1024 };

const maxShown = 1_000;

const nothing: JsonValue = { text: null, isText: false };

/**
 * Reads JSON Lines, or a JSON array of objects, as rows: the fields of the first thousand objects are the columns. Strings and nested values are quoted
 * values, numbers and booleans bare ones as they are written, null and missing fields NULL. A record that is no object, has a field twice, or has a
 * field that none of the first thousand has is given to `onReject` and left out.
 * @see https://jsonlines.org/
 */
export class JsonScanner {
  /** Names of the columns, once they are known. */
  header: string[] | undefined;
  readonly #records: JsonRecords;
  readonly #builder: JsonBlockBuilder;
  readonly #onReject: (reject: Reject) => void;
  readonly #columns = new Map<string, number>();
  #held: JsonRecord[] | undefined = [];
  #characters = 0;
  #row: JsonValue[] = [];

  /**
   * @param delimiter of the rows, as databases get them
   * @param line of the file on which the first piece begins
   */
  constructor(isArray: boolean, delimiter: string, onReject: (reject: Reject) => void, line: number) {
    this.#records = new JsonRecords(isArray, line);
    this.#builder = new JsonBlockBuilder(delimiter);
    this.#onReject = onReject;
  }

  /**
   * The rows that are complete with these pieces.
   * @throws PipewrightError `bad-csv` for bytes that are not UTF-8, a broken array, and a file whose first thousand records are no objects
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(pieces, false);
  }

  /** The last rows. */
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

  /** Finds the columns; records with faults do not count, and are rejected when they are read as rows. */
  #begin(records: readonly JsonRecord[]): void {
    let first: { line: number; reason: string } | undefined;
    let characters = 0;
    // How the file came in pieces must not decide.
    for (const { text, line } of records.slice(0, sample.records)) {
      if (characters >= sample.characters) break;
      characters += text.length;
      const names: string[] = [];
      const reason = faultOf(() => readJsonRow(text, (name) => names.push(name)));
      if (reason !== undefined) first ??= { line, reason };
      else for (const name of names) if (!this.#columns.has(name)) this.#columns.set(name, this.#columns.size);
    }
    if (this.#columns.size > 0) this.header = nameColumns([...this.#columns.keys()]);
    else if (first)
      throw badJson(
        first.line,
        first.reason,
        first.reason === 'is not JSON' ? 'Correct the file, or choose CSV under Format.' : undefined,
      );
  }

  #read({ text, line }: JsonRecord): void {
    this.#row = new Array<JsonValue>(this.#columns.size).fill(nothing);
    const reason = faultOf(() =>
      readJsonRow(text, (name, value) => {
        const column = this.#columns.get(name);
        if (column === undefined)
          throw new JsonFault(
            `has the field “${name.slice(0, 60)}”, which none of the first ${sample.records} objects has; give it to an early one, with null as its value`,
          );
        this.#row[column] = value;
      }),
    );
    if (reason === undefined) this.#builder.add(this.#row, line);
    else this.#onReject({ line, reason, text: text.slice(0, maxShown) });
  }
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
