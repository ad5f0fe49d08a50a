/** Column types, common to all databases. */
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

/** A column type. Inferred integers have up to 15 digits, decimals are exact, dates and timestamps are ISO 8601, UUIDs have hyphens. */
export type ColumnType = (typeof columnTypes)[number];

/** A column of a table. */
export interface Column {
  name: string;
  type: ColumnType;
  /** Decimal: total number of digits, and digits after the decimal point. */
  precision?: number;
  scale?: number;
}

/** A column with what is known from its values so far. */
export interface InferredColumn extends Column {
  /**
   * How all values so far are written, see `value-forms.ts`; used to restore the text from the typed value.
   * `mixedForms` if they are written in several ways, `noForm` without a value.
   */
  form: number;
  /** Whether the number of a value loses information: the sign of `-0.00`. */
  lossy: boolean;
  /**
   * Whether some values are the empty string, `""`, although the column is not text: they are NULL if the type stays, and
   * empty strings if the column becomes text. Default: false.
   */
  hasEmptyStrings?: boolean;
  /**
   * In a table that evolves: whether every value so far fits the column, so that its type stays. Otherwise, `type`,
   * `precision` and `scale` are the new type. Default: false.
   */
  keepsType?: boolean;
}

/** The column as shown to users. */
export function publicColumn({ name, type, precision, scale }: InferredColumn): Column {
  return type === 'decimal' && precision !== undefined ? { name, type, precision, scale: scale ?? 0 } : { name, type };
}
