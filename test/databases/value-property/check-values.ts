import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { LoadOptions, LoadResult } from '../../../shared/src/datasets/load/load-options.ts';
import { columnTypes, type ColumnType } from '../../../shared/src/datasets/types/column.ts';
import { isThorough } from '../../support/thorough.ts';
import { loadCsv } from '../load-csv.ts';
import { makeValue, type MadeValue } from './make-values.ts';
import type { PropertyEngine, PropertyType } from './property-engine.ts';
import { Random } from './random.ts';
import { sameValue } from './same-value.ts';

/** Load modes of the property tests. */
export const propertyModes = ['append', 'replace', 'upsert', 'evolve', 'contract', 'create'] as const;

/** One of `propertyModes`. */
export type PropertyMode = (typeof propertyModes)[number];

/** Coverage of a property test. */
export interface PropertyCount {
  /** Values that were loaded or refused. */
  values: number;
  /** Loaded rows, rejected rows, and refused loads. */
  rows: number;
  rejected: number;
  refusedLoads: number;
}

/** Values of each mode: a sample in `npm test`, and all in the load tests. */
export const valuesPerMode = isThorough ? 18_000 : 2_500;

type Column = PropertyType & { name: string };
type MadeRow = readonly MadeValue[];

const rowsPerLoad = 250;
const rowsOfFragile = 6;

/**
 * Loads random values into random columns and reads them back: each value equals the written one, or its row was
 * rejected; a row whose values certainly fit is never rejected.
 * @throws Error with seed, round, mode and what differs
 */
export async function checkValues(
  engine: PropertyEngine,
  mode: PropertyMode,
  { seed, values }: { seed: number; values: number },
): Promise<PropertyCount> {
  const count: PropertyCount = { values: 0, rows: 0, rejected: 0, refusedLoads: 0 };
  for (let round = 0; count.values < values; round += 1) {
    const random = new Random(seed + round * 7919 + propertyModes.indexOf(mode) * 104_729);
    await new Round(engine, mode, random, `p_${mode}_${round}`, count).run().catch((error: unknown) => {
      throw new Error(
        `${engine.name}, ${mode}, round ${round} of PIPEWRIGHT_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    });
  }
  return count;
}

class Round {
  readonly #engine: PropertyEngine;
  readonly #mode: PropertyMode;
  readonly #random: Random;
  readonly #table: string;
  readonly #count: PropertyCount;
  readonly #columns: Column[];

  constructor(engine: PropertyEngine, mode: PropertyMode, random: Random, table: string, count: PropertyCount) {
    this.#engine = engine;
    this.#mode = mode;
    this.#random = random;
    this.#table = table;
    this.#count = count;
    const types = mode === 'contract' ? engine.types.filter(isOfCore) : engine.types;
    this.#columns = Array.from({ length: 1 + random.below(5) }, (_, index) => ({
      ...random.pick(types),
      name: `c${index + 1}`,
    }));
  }

  async run(): Promise<void> {
    const size = this.#columns.some(({ refusesWhole }) => refusesWhole && this.#mode !== 'create')
      ? rowsOfFragile
      : rowsPerLoad;
    const old = this.#exists ? this.#makeRows(Math.min(size, 20), 1) : [];
    const rows = this.#makeRows(size, this.#mode === 'create' ? this.#random.pick([0.95, 1]) : 0.5);
    if (this.#exists) await this.#engine.run(this.#createTable());
    if (old.length > 0) await this.#load(old, 0, { mode: 'append' });
    // Half of the rows of an upsert have the number of an existing row.
    const first = this.#mode === 'upsert' ? Math.floor(old.length / 2) : old.length;
    let result: LoadResult | undefined;
    try {
      result = await this.#load(rows, first, this.#options());
    } catch (error) {
      if (
        !(error instanceof PipewrightError) ||
        !['invalid-input', 'columns-missing', 'empty-dataset', 'rejected-rows'].includes(error.code)
      )
        throw error;
      if (rows.every((row) => row.every(({ valid }) => valid)))
        throw new Error(`a dataset that fits was refused: ${error.message}`, { cause: error });
      this.#count.refusedLoads += 1;
    }
    this.#count.values += rows.length * this.#columns.length;
    const expected = new Map<number, readonly MadeRow[]>(
      this.#mode === 'replace' && result ? [] : old.map((row, index) => [index, [row]]),
    );
    // Where an upsert rejects a row, the existing row is unchanged.
    if (result)
      rows.forEach((row, index) =>
        expected.set(first + index, [
          row,
          ...(row.every(({ valid }) => valid) ? [] : (expected.get(first + index) ?? [])),
        ]),
      );
    if (result || this.#exists) await this.#compare(expected, result, first, rows.length);
    await this.#engine.run(`DROP TABLE IF EXISTS ${this.#engine.quote(this.#table)}`);
  }

  get #exists(): boolean {
    return this.#mode !== 'create' && this.#mode !== 'contract';
  }

  #options(): Partial<LoadOptions> {
    const lenient = { maxRejectedRows: 1_000_000 };
    if (this.#mode === 'create') return { ...lenient, mode: 'create' };
    if (this.#mode === 'contract')
      return {
        ...lenient,
        mode: 'create',
        contract: [
          { name: 'row', type: 'integer' },
          ...this.#columns.map(({ name, family }) => ({ name, type: family as ColumnType })),
        ],
      };
    if (this.#mode === 'evolve') return { ...lenient, mode: 'append', onSchemaChange: 'evolve' };
    return this.#mode === 'upsert' ? { ...lenient, mode: 'upsert', key: ['row'] } : { ...lenient, mode: this.#mode };
  }

  #createTable(): string {
    const { quote, createTable } = this.#engine;
    if (createTable) return createTable(this.#table, this.#columns);
    return `CREATE TABLE ${quote(this.#table)} (${quote('row')} bigint PRIMARY KEY, ${this.#columns.map(({ name, declaration }) => `${quote(name)} ${declaration}`).join(', ')})`;
  }

  /** Rows with at most one value that may not fit. */
  #makeRows(count: number, fairShare: number): MadeRow[] {
    return Array.from({ length: count }, () => {
      const odd = this.#random.chance(fairShare) ? -1 : this.#random.below(this.#columns.length);
      return this.#columns.map((type, index) => makeValue(this.#random, type, index !== odd));
    });
  }

  #load(rows: readonly MadeRow[], first: number, options: Partial<LoadOptions>): Promise<LoadResult> {
    const lines = rows.map((row, index) =>
      [String(first + index), ...row.map(({ text }) => this.#written(text))].join(','),
    );
    return loadCsv(
      this.#engine.address,
      `row,${this.#columns.map(({ name }) => name).join(',')}\n${lines.join('\n')}\n`,
      { table: this.#table, ...options },
    );
  }

  #written(text: string | null): string {
    if (text === null) return '';
    return text === '' || /[",\r\n]/.test(text) || this.#random.chance(0.2) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  /** Compares the table with the expected rows. */
  async #compare(
    expected: ReadonlyMap<number, readonly MadeRow[]>,
    result: LoadResult | undefined,
    first: number,
    loaded: number,
  ): Promise<void> {
    const read = await this.#engine.read(
      this.#table,
      this.#columns.map(({ name }) => name),
    );
    const seen = new Set<number>();
    for (const [number, ...values] of read) {
      const candidates = expected.get(Number(number));
      if (!candidates) throw new Error(`row ${number} was never written`);
      if (seen.has(Number(number))) throw new Error(`row ${number} is there twice`);
      seen.add(Number(number));
      const differences = candidates.map((row) => this.#difference(row, values, result));
      if (differences.every((difference) => difference !== undefined))
        throw new Error(`row ${number}: ${differences[0]}`);
    }
    let rejected = 0;
    for (const [number, [row]] of expected) {
      if (seen.has(number) || !row) continue;
      rejected += 1;
      if (row.every(({ valid }) => valid))
        throw new Error(
          `row ${number} fits and was left out: ${JSON.stringify(row.map(({ text }) => text))} in ${this.#declarations}`,
        );
    }
    if (result && result.rows + result.rejected !== loaded)
      throw new Error(`${result.rows} rows and ${result.rejected} rejected of ${loaded}`);
    if (this.#mode !== 'upsert' && result && rejected !== result.rejected)
      throw new Error(`${rejected} rows are missing, ${result.rejected} were reported`);
    this.#count.rows += [...seen].filter((number) => number >= first).length;
    this.#count.rejected += result?.rejected ?? 0;
  }

  /** The first value of a row that differs from the written one; undefined when all are the same. */
  #difference(row: MadeRow, values: readonly (string | null)[], result: LoadResult | undefined): string | undefined {
    for (const [index, column] of this.#columns.entries()) {
      const written = row[index]?.text ?? null;
      const read = values[index] ?? null;
      const found = result?.columns.find(({ name }) => name === column.name)?.type;
      if (!this.#isSame(column, written, read, found))
        return `${JSON.stringify(written)} became ${JSON.stringify(read)} in ${column.name} ${column.declaration} (${found ?? 'unchanged'})`;
    }
    return undefined;
  }

  /** @param found the type in the result of the load */
  #isSame(column: Column, written: string | null, read: string | null, found: ColumnType | undefined): boolean {
    const changes = this.#mode === 'create' || this.#mode === 'evolve';
    if (written === null || read === null)
      return written === read || (written === '' && (column.family !== 'text' || (changes && found !== 'text')));
    if (sameValue(written, read, column)) return true;
    return (
      changes &&
      (written === read || (found !== undefined && found !== 'text' && sameValue(written, read, { family: found })))
    );
  }

  get #declarations(): string {
    return this.#columns.map(({ declaration }) => declaration).join(', ');
  }
}

function isOfCore({
  family,
  whole,
  scale,
  least,
  most,
  length,
  samples,
  padded,
  fraction,
  years,
  alphabet,
}: PropertyType): boolean {
  const bounded = [whole, scale, least, most, length, samples, padded, fraction, years, alphabet].some(
    (limit) => limit !== undefined,
  );
  return !bounded && columnTypes.some((type) => type === family);
}
