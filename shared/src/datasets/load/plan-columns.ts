import { PipewrightError } from '../../host/error.ts';
import { insideQuotes, type RewrittenColumn } from '../formats/rewrite-block.ts';
import type { ColumnType, InferredColumn } from '../types/column.ts';
import { TypeInference, type KnownTypes } from '../types/infer-types.ts';
import { ValueChecker, type CheckedColumn } from '../types/value-checker.ts';
import { checkColumns, loadColumnNames, loadColumnTypes } from './check-columns.ts';
import type { LoadOptions } from './load-options.ts';
import { validName, matchName, refuseDuplicateNames } from './match-names.ts';
import type { ExistingColumn, NameLimits, TableLoad } from './target.ts';

/** What becomes of the columns of a dataset. */
export interface ColumnPlan {
  /** The columns that are loaded, as they are known before the first row. */
  columns: InferredColumn[];
  /** The columns of the file that they are made of; undefined when they stay as they are. */
  rewritten: RewrittenColumn[] | undefined;
  /** Finds types; undefined where all are known. */
  inference: TypeInference | undefined;
  /** Finds values that do not fit; undefined where no column is known. */
  check: ValueChecker | undefined;
  /** The key, spelled as the columns are. */
  key: string[];
}

/** What a plan is made from. */
interface PlanRequest {
  header: readonly string[];
  /** Whether values in quotation marks are text whatever they look like, as strings of JSON are. */
  quotedIsText: boolean;
  load: TableLoad;
  options: LoadOptions;
  names: NameLimits;
  /** The values of the columns that say from which load a row is, in the order of `loadColumnNames`. */
  loadValues: readonly string[];
}

/**
 * Plans what becomes of the columns of a dataset. Types are inferred only where neither the table nor the options give
 * them; every value of a column whose type is known is checked.
 * @throws PipewrightError `columns-missing`, `table-exists`, `bad-input`
 */
export function planColumns({
  header,
  quotedIsText,
  load,
  options,
  names: limits,
  loadValues,
}: PlanRequest): ColumnPlan {
  const { existing } = load;
  const { onSchemaChange, contract = [], addLoadMetadata: loadColumns, table } = options;
  refuseDuplicateNames(header, 'The dataset');
  const agreed = contract.map(({ name }) => name);
  const known = existing?.map(({ name }) => name);
  const calculated = (load.generatedColumns ?? []).filter((name) =>
    header.some((column) => matchName(column, [name]) !== undefined),
  );
  if (calculated.length > 0 && onSchemaChange !== 'ignore') throw isCalculated(table, calculated);
  const named = header.map((name) => {
    const short = (): string => validName(name, limits, options.shortenNames ?? false);
    return (known && (matchName(name, known) ?? matchName(short(), known))) ?? matchName(name, agreed) ?? short();
  });
  refuseDuplicateNames(named, 'The dataset');
  const expected = known ?? (contract.length > 0 ? agreed : undefined);
  const kept = named.flatMap((name, index) =>
    onSchemaChange === 'ignore' && expected && !expected.includes(name)
      ? []
      : [{ name, column: index as RewrittenColumn }],
  );
  if (kept.length === 0)
    throw new PipewrightError({
      code: 'columns-missing',
      message: `The table “${table}” has none of the columns of the dataset.`,
      hint: 'Check that it is the right table, and the delimiter of the file.',
    });
  const told = loadColumns
    ? loadColumnNames.map((name, index) => ({
        name,
        column: (loadValues[index] ? insideQuotes(loadValues[index]) : null) as RewrittenColumn,
      }))
    : [];
  const taken = kept.find(
    ({ name }) =>
      matchName(
        name,
        told.map((one) => one.name),
      ) !== undefined,
  );
  if (taken) throw isLoadColumn(taken.name);
  const all = [...kept, ...told];
  const names = all.map(({ name }) => name);
  const spelled = spellOptions(options, header, named, names);
  checkColumns(names, existing, spelled);
  const given: KnownTypes = {
    ...(loadColumns ? loadColumnTypes : {}),
    ...Object.fromEntries((spelled.contract ?? []).map(({ name, type }) => [name, type])),
    ...spelled.columnTypes,
  };
  return {
    ...planTypes(names, load, given, onSchemaChange === 'evolve', quotedIsText),
    rewritten: kept.length < header.length || told.length > 0 ? all.map(({ column }) => column) : undefined,
    key: [...(spelled.key ?? [])],
  };
}

/** The options with the names of columns spelled as the columns that are loaded. */
function spellOptions(
  options: LoadOptions,
  header: readonly string[],
  named: readonly string[],
  names: readonly string[],
): LoadOptions {
  const spell = (name: string): string => {
    if (names.includes(name)) return name;
    const inHeader = matchName(name, header);
    return (inHeader === undefined ? matchName(name, names) : named[header.indexOf(inHeader)]) ?? name;
  };
  const { key, columnTypes: columns, contract } = options;
  return {
    ...options,
    ...(key ? { key: key.map(spell) } : {}),
    ...(columns
      ? { columnTypes: Object.fromEntries(Object.entries(columns).map(([name, type]) => [spell(name), type])) }
      : {}),
    ...(contract ? { contract: contract.map((column) => ({ ...column, name: spell(column.name) })) } : {}),
  };
}

function planTypes(
  names: readonly string[],
  { existing, emptyIsNull: blanksAreNull }: TableLoad,
  given: KnownTypes,
  evolves: boolean,
  quotedIsText: boolean,
): Pick<ColumnPlan, 'columns' | 'inference' | 'check'> {
  const ofTable = (name: string): ExistingColumn | undefined => existing?.find((column) => column.name === name);
  const checked = names.map((name): CheckedColumn | undefined => {
    const column = ofTable(name);
    if (column) return { ...column, widensType: evolves && !column.fixed };
    return !existing && Object.hasOwn(given, name) ? { name, type: given[name] as ColumnType } : undefined;
  });
  const check = checked.some((column) => column !== undefined) ? new ValueChecker(checked) : undefined;
  if (existing && !evolves)
    return {
      check,
      inference: undefined,
      columns: names.map((name) => ({ name, type: ofTable(name)?.type ?? 'text', form: 0, lossy: false })),
    };
  const typesOf = (wanted: boolean): KnownTypes =>
    Object.fromEntries(
      (existing ?? []).filter(({ fixed = false }) => fixed === wanted).map(({ name, type }) => [name, type]),
    );
  const inference = new TypeInference(
    names,
    existing ? typesOf(true) : given,
    typesOf(false),
    blanksAreNull,
    quotedIsText,
  );
  return { check, inference, columns: inference.columns() };
}

function isLoadColumn(name: string): PipewrightError {
  return new PipewrightError({
    code: 'bad-input',
    message: `The dataset has the column “${name}”, which “Say in Each Row Where It Came From” fills itself.`,
    hint: 'The table was not changed. Rename the column in the dataset, or turn “Say in Each Row Where It Came From” off.',
  });
}

function isCalculated(table: string, names: readonly string[]): PipewrightError {
  const list = names.map((name) => `“${name}”`).join(', ');
  return new PipewrightError({
    code: 'columns-missing',
    message: `The table “${table}” calculates ${list} itself, so no value can be loaded there.`,
    hint: 'The table was not changed. Leave the column out of the dataset, or choose Leave New Ones Out under Columns That Differ.',
  });
}
