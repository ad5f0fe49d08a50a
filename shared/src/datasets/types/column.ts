/** Types of columns, the same for every database. */
export const columnTypes = [
  'integer',
  'decimal',
  'boolean',
  'date',
  'timestamp',
  'timestamp-with-zone',
  'uuid',
  'text',
] as const;

/** A type of a column. Integers have at most 15 digits, decimals are exact, dates and timestamps are ISO 8601, UUIDs have hyphens. */
export type ColumnType = (typeof columnTypes)[number];

/** A column of a table. */
export interface Column {
  name: string;
  type: ColumnType;
  /** Of a decimal: digits in all, and behind the point. */
  precision?: number;
  scale?: number;
}

/** What all values of a column so far have in common. */
export interface InferredColumn extends Column {
  /**
   * How all values so far are written, by `value-forms.ts`: with it the text can be made again from the typed value.
   * `mixedForms` when they are written in more than one way, `noForm` while there is no value.
   */
  form: number;
  /** Whether a value says more than its number: the sign of `-0.00`. */
  lossy: boolean;
  /**
   * Whether some values are an empty text, `""`, though the column is not text: they are NULL once its type is settled,
   * and stay an empty text should the column become text. Default: false.
   */
  hasEmptyStrings?: boolean;
  /**
   * Of a column of a table that evolves: whether every value so far fits the column as it is, so that its type stays.
   * Where it is false, `type`, `precision` and `scale` say what the column must become. Default: false.
   */
  keepsType?: boolean;
}

/** The column as it is shown to people. */
export function publicColumn({ name, type, precision, scale }: InferredColumn): Column {
  return type === 'decimal' && precision !== undefined ? { name, type, precision, scale: scale ?? 0 } : { name, type };
}
