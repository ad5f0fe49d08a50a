import { PipewrightError } from '../../host/error.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { insideQuotes, type RewrittenColumn } from '../formats/rewrite-block.ts';
import type { ColumnType, InferredColumn } from '../types/column.ts';
import { ColumnFormats, type ValueFormats } from '../types/column-formats.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import { TypeInference, type KnownTypes } from '../types/infer-types.ts';
import { ValueChecker, type CheckedColumn } from '../types/value-checker.ts';
import { checkColumns, metadataColumnNames, metadataColumnTypes } from './check-columns.ts';
import type { LoadOptions } from './load-options.ts';
import { matchName, refuseDuplicateNames, validName } from './match-names.ts';
import type { ExistingColumn } from './existing-column.ts';
import { renameColumns } from './rename-columns.ts';
import type { NameLimits } from './target.ts';
import type { TableLoad } from './table-load.ts';

/** How the columns of a dataset map to the columns of a table. */
export interface ColumnPlan {
  /** The loaded columns, as far as they are known before the first row. */
  columns: InferredColumn[];
  /** Where the values of each loaded column come from; undefined when the columns of the file are loaded unchanged. */
  rewritten: RewrittenColumn[] | undefined;
  /** Infers types; undefined when all types are known. */
  inference: TypeInference | undefined;
  /** Converts values in local formats. */
  formats: ColumnFormats;
  /** Checks values; undefined when no type is known. */
  check: ValueChecker | undefined;
  /** The key columns, spelled like the loaded columns. */
  key: string[];
}

/** What a plan is based on. */
export interface PlanRequest {
  header: readonly string[];
  /** Whether quoted values are always text, like JSON strings. */
  quotedIsText: boolean;
  /** Whether a date is a timestamp at midnight. Default: false. */
  datesAreTimestamps?: boolean;
  /** Types that the file states, by place of the column. */
  types?: readonly (DeclaredType | undefined)[] | undefined;
  load: TableLoad;
  options: LoadOptions;
  names: NameLimits;
  /** The values of the load metadata columns, in the order of `metadataColumnNames`. */
  metadata: readonly string[];
}

/**
 * Plans how the columns of a dataset map to the columns of a table. Types are inferred only where neither the table nor
 * the options define them; every value of a column with a known type is checked.
 * @throws PipewrightError `columns-missing`, `table-exists`, `invalid-input`
 */
export function planColumns({ header, load, options, names: limits, metadata, ...file }: PlanRequest): ColumnPlan {
  const { quotedIsText, datesAreTimestamps = false, types = [] } = file;
  const { existing } = load;
  const { onSchemaChange, contract = [], addLoadMetadata = false, table } = options;
  refuseDuplicateNames(header, 'The dataset');
  const contractNames = contract.map(({ name }) => name);
  const existingNames = existing?.map(({ name }) => name);
  const { renamed, mapped } = renameColumns(header, options.columnNames ?? {}, existingNames ?? []);
  const generated = (load.generatedColumns ?? []).filter((name) =>
    renamed.some((column, place) => !mapped.includes(place) && matchName(column, [name]) !== undefined),
  );
  if (generated.length > 0 && onSchemaChange !== 'ignore') throw generatedColumnError(table, generated);
  const named = renamed.map((name) => {
    if (name === '') return name;
    const valid = (): string => validName(name, limits, options.shortenNames ?? false);
    return (
      (existingNames && (matchName(name, existingNames) ?? matchName(valid(), existingNames))) ??
      matchName(name, contractNames) ??
      valid()
    );
  });
  const kept = named.filter((name) => name !== '');
  if (kept.length === 0) throw allLeftOut();
  if (Object.keys(options.columnNames ?? {}).length === 0) refuseDuplicateNames(kept, 'The dataset');
  else refuseDuplicateNames(kept, 'With Column Mapping, the dataset', renameHint);
  const expected = existingNames ?? (contract.length > 0 ? contractNames : undefined);
  for (const place of mapped) {
    const [from = '', to = ''] = [header[place], named[place]];
    if (matchName(to, load.generatedColumns ?? []) !== undefined) throw generatedTarget(table, from, to);
    if (expected && onSchemaChange !== 'evolve' && !expected.includes(to))
      throw noSuchTarget(existing ? `table “${table}”` : 'contract', from, to);
  }
  const loaded = named.flatMap((name, index) =>
    name === '' || (onSchemaChange === 'ignore' && expected && !expected.includes(name))
      ? []
      : [{ name, column: index as RewrittenColumn }],
  );
  if (loaded.length === 0)
    throw new PipewrightError({
      code: 'columns-missing',
      message: `The table “${table}” has none of the columns of the dataset.`,
      hint: 'Check the table name and Delimiter.',
    });
  const added = addLoadMetadata ? metadataColumns(metadata) : [];
  refuseMetadataColumns(loaded, added);
  const all = [...loaded, ...added];
  const names = all.map(({ name }) => name);
  const spelled = spellOptions(options, { header, named, names, existingNames: existingNames ?? [] });
  checkColumns(names, existing, spelled);
  const knownTypes: KnownTypes = {
    ...(addLoadMetadata ? metadataColumnTypes : {}),
    ...Object.fromEntries((spelled.contract ?? []).map(({ name, type }) => [name, type])),
    ...spelled.columnTypes,
  };
  const declared = all.map(({ column }) => (typeof column === 'number' ? types[column] : undefined));
  return {
    ...planTypes(
      names,
      load,
      knownTypes,
      onSchemaChange === 'evolve',
      { quotedIsText, datesAreTimestamps, declared },
      options,
    ),
    rewritten: loaded.length < header.length || added.length > 0 ? all.map(({ column }) => column) : undefined,
    key: [...(spelled.key ?? [])],
  };
}

const renameHint = 'Use another name under Column Mapping, or leave one of the columns out.';

const allLeftOut = (): PipewrightError =>
  new PipewrightError({
    code: 'columns-missing',
    message: 'All columns of the dataset are left out.',
    hint: 'The table was not changed. Remove a column from Leave Out Columns or Column Mapping.',
  });

const generatedTarget = (table: string, from: string, to: string): PipewrightError =>
  new PipewrightError({
    code: 'columns-missing',
    message: `The table “${table}” generates the column “${to}” itself, into which Column Mapping loads “${from}”.`,
    hint: 'The table was not changed. Remove it from Column Mapping.',
  });

const noSuchTarget = (where: string, from: string, to: string): PipewrightError =>
  new PipewrightError({
    code: 'columns-missing',
    message: `The ${where} has no column “${to}”, into which Column Mapping loads “${from}”.`,
    hint: 'The table was not changed. Correct the name under Column Mapping, or add the column.',
  });

interface NamedColumn {
  name: string;
  column: RewrittenColumn;
}

function metadataColumns(metadata: readonly string[]): NamedColumn[] {
  return metadataColumnNames.map((name, index) => ({
    name,
    column: metadata[index] ? insideQuotes(metadata[index]) : null,
  }));
}

function refuseMetadataColumns(loaded: readonly NamedColumn[], added: readonly NamedColumn[]): void {
  const reserved = added.map(({ name }) => name);
  const taken = loaded.find(({ name }) => matchName(name, reserved) !== undefined);
  if (!taken) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The dataset has a column “${taken.name}”, which is one of the load metadata columns.`,
    hint: 'The table was not changed. Rename the column in the dataset, or turn off Add Load Metadata Columns.',
  });
}

/** The names of the columns of a dataset and of its table. */
interface Names {
  header: readonly string[];
  /** What each column of the dataset is called in the table. */
  named: readonly string[];
  /** The loaded columns. */
  names: readonly string[];
  /** All columns of the table. */
  existingNames: readonly string[];
}

/**
 * The options with column names spelled like the loaded columns. A name is that of a column of the table; if none is loaded, that of
 * a column of the dataset.
 * @throws PipewrightError `columns-missing` for a name that is left out or ambiguous
 */
function spellOptions(options: LoadOptions, { header, named, names, existingNames }: Names): LoadOptions {
  const spell = (name: string): string => {
    const loaded = matchName(name, names);
    if (loaded !== undefined) return loaded;
    const inHeader = matchName(name, header);
    const found = inHeader === undefined ? name : (named[header.indexOf(inHeader)] ?? name);
    if (found !== '' && (found === name || matchName(name, existingNames) === undefined)) return found;
    if (found === '')
      throw new PipewrightError({
        code: 'columns-missing',
        message: `The column “${name}” is left out, but another option names it.`,
        hint: 'The table was not changed. Remove it from Leave Out Columns and Column Mapping, or from Key Columns, Column Types and the contract.',
      });
    throw new PipewrightError({
      code: 'columns-missing',
      message: `The column “${name}” is ambiguous: the table has it, and Column Mapping loads the column of the dataset with that name into “${found}”.`,
      hint: `The table was not changed. Under Key Columns, under Column Types and in the contract, use the names of the table, such as “${found}”.`,
    });
  };
  const { key, columnTypes = {}, contract } = options;
  const typed = Object.entries(columnTypes).map(([name, type]) => [spell(name), type] as const);
  const twice = typed.find(([name, type]) => typed.some(([other, another]) => other === name && another !== type));
  if (twice)
    throw new PipewrightError({
      code: 'columns-missing',
      message: `Column Types has two types for the column “${twice[0]}”.`,
      hint: 'The table was not changed. Remove one of them.',
    });
  return {
    ...options,
    ...withoutUndefined({
      key: key?.map(spell),
      columnTypes: options.columnTypes && Object.fromEntries(typed),
      contract: contract?.map((column) => ({ ...column, name: spell(column.name) })),
    }),
  };
}

function planTypes(
  names: readonly string[],
  { existing, emptyIsNull }: TableLoad,
  knownTypes: KnownTypes,
  evolves: boolean,
  {
    quotedIsText,
    datesAreTimestamps,
    declared,
  }: { quotedIsText: boolean; datesAreTimestamps: boolean; declared: readonly (DeclaredType | undefined)[] },
  valueFormats: ValueFormats,
): Pick<ColumnPlan, 'columns' | 'inference' | 'check' | 'formats'> {
  const existingColumn = (name: string): ExistingColumn | undefined => existing?.find((column) => column.name === name);
  const checked = names.map((name): CheckedColumn | undefined => {
    const column = existingColumn(name);
    if (column) return { ...column, widensType: evolves && !column.fixed };
    return !existing && Object.hasOwn(knownTypes, name) ? { name, type: knownTypes[name] as ColumnType } : undefined;
  });
  const check = checked.some((column) => column !== undefined) ? new ValueChecker(checked) : undefined;
  const formatted = names.map((name) => ({
    name,
    type: existingColumn(name)?.type ?? (!existing && Object.hasOwn(knownTypes, name) ? knownTypes[name] : undefined),
  }));
  const formats = new ColumnFormats(formatted, valueFormats, quotedIsText, datesAreTimestamps);
  if (existing && !evolves)
    return {
      formats,
      check,
      inference: undefined,
      columns: names.map((name) => ({ name, type: existingColumn(name)?.type ?? 'text', form: 0, lossy: false })),
    };
  const existingTypes = (wanted: boolean): KnownTypes =>
    Object.fromEntries(
      (existing ?? []).filter(({ fixed = false }) => fixed === wanted).map(({ name, type }) => [name, type]),
    );
  const inference = new TypeInference(
    names,
    existing ? existingTypes(true) : knownTypes,
    existingTypes(false),
    emptyIsNull,
    quotedIsText,
    declared,
  );
  return { formats, check, inference, columns: inference.columns() };
}

function generatedColumnError(table: string, names: readonly string[]): PipewrightError {
  const list = names.map((name) => `“${name}”`).join(', ');
  return new PipewrightError({
    code: 'columns-missing',
    message: `The dataset has values for ${list}, but the table “${table}” generates ${names.length === 1 ? 'that column' : 'those columns'} itself.`,
    hint: 'The table was not changed. Remove the column from the dataset, or set On Schema Change to Ignore New Columns.',
  });
}
