import * as v from 'valibot';
import type { ChoiceList } from './choice-list.ts';
import type { DeclaredValues } from './declared-values.ts';
import { isObject } from '../host/is-object.ts';
import { hasLongInteger } from '../http/exact-json.ts';
import { wordingFor, type Wording } from '../host/wording.ts';

/** The kind of a field, which determines how platforms show it. */
export type FieldKind =
  | 'text'
  | 'integer'
  | 'boolean'
  | 'option'
  | 'list'
  | 'rows'
  | 'values'
  | 'json'
  | 'file'
  | 'date-time';

/** One option of a dropdown. */
export interface Option {
  value: string;
  label: Wording;
  /** What the option does: sentence case, no final stop. */
  description?: string;
  /** Platforms that do not offer the option, each with the reason in one sentence. */
  notOn?: Partial<Record<'n8n' | 'zapier', string>>;
}

/** Everything about a field except its type. */
export interface FieldInfo {
  /** Title Case, shown above the field. */
  label: string;
  /** One or two sentences: what to enter, where to find it, an example. */
  help?: Wording;
  /** An example, without "e.g.". */
  placeholder?: string;
  /** Shown under Options in n8n, and last in Zapier. Default: false. */
  advanced?: boolean;
  /** A value that Zapier starts with instead of the default, because waiting works differently there. */
  defaultOnZapier?: string;
  /** Whether an advanced field is shown among the first ones in Zapier. Default: false. */
  prominentOnZapier?: boolean;
  /** Hidden once entered. Default: false. */
  secret?: boolean;
  /** Allows several lines of text. Default: false. */
  multiline?: boolean;
  /** The list to pick the value from. */
  choices?: ChoiceList;
  /** What the value is, if it identifies something at the vendor. Default: ID. */
  identifier?: 'ID' | 'Name' | 'Path';
  /** Whether the field defaults to the whole input item, if the platform has items (n8n). Default: false. */
  wholeItem?: boolean;
  /** Source of the names of a names-and-values field, or of the columns of a list in the output. */
  declared?: DeclaredValues;
  /** What the name and the value of a names-and-values field are called, and the values to choose from. Default: Name, Value and any value. */
  pair?: { name: string; value: string; options?: readonly Option[] };
  /** What happens without names and values, where a form lets the user choose how to enter them. Default: they are entered. */
  whenEmpty?: { label: string; description: string };
  /** Shown only while another field has one of these values. */
  shownWhen?: { field: string; is: readonly string[] };
  /** An example for each value of the field in `shownWhen`, in place of `placeholder`, and what to enter, which n8n shows below the field. */
  examples?: Readonly<Record<string, { help: string; placeholder: string }>>;
  /** Whether the form requires an optional field while it is shown; the operation checks it. Default: false. */
  requiredWhenShown?: boolean;
  /** Platforms that do not offer the field, each with the reason in one sentence. */
  notOn?: Partial<Record<'n8n' | 'zapier', string>>;
  /** Extracts the value from a URL of the vendor: the first group of the pattern. */
  idFromUrl?: { pattern: RegExp; example: string };
}

/** `FieldInfo` as stored in a schema. */
export type FieldMetadata = FieldInfo & {
  kind: FieldKind;
  options?: readonly Option[];
  /** The fields of a row, and what a row is, Title Case. */
  row?: Fields;
  noun?: string;
  /** Whether a number may have a fraction. */
  fractional?: boolean;
};

/** Any field schema. */
export type Field = v.GenericSchema;

/** The fields of an operation, a connection or an output. */
export type Fields = Record<string, Field>;

/** The ID in a URL, if the field has a pattern for it; any other value unchanged. */
function extractId(info: FieldInfo, value: string): string {
  const found = info.idFromUrl && /^https?:\/\//i.test(value) ? info.idFromUrl.pattern.exec(value)?.[1] : undefined;
  return found === undefined ? value : decodeURIComponent(found);
}

/** A line of text. With `idFromUrl`, a URL is accepted as well. */
export function text(info: FieldInfo) {
  return v.pipe(
    v.union([v.string(), v.pipe(v.number(), v.transform(String))], 'must be text'),
    v.transform((value) => (info.secret || info.multiline ? value : value.trim())),
    v.nonEmpty('must not be empty'),
    v.transform((value) => extractId(info, value)),
    v.metadata({ ...info, kind: 'text' } satisfies FieldMetadata),
  );
}

/** A whole number in text, also with an empty fraction, as tables and other steps write it: `60.0`. */
const wholeNumber = /^\s*[-+]?\d+(?:\.0*)?\s*$/;

/** A whole number, or text with a whole number. */
export function integer(info: FieldInfo & { minimum?: number; maximum?: number }) {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER, ...rest } = info;
  return v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.regex(wholeNumber, 'must be a whole number'), v.transform(Number))],
      'must be a whole number',
    ),
    v.safeInteger('must be a whole number'),
    v.minValue(minimum, `must be at least ${minimum}`),
    v.maxValue(maximum, `must be at most ${maximum}`),
    v.metadata({ ...rest, kind: 'integer' } satisfies FieldMetadata),
  );
}

/** A number of seconds, or text with one; fractions are rounded. */
export function seconds(info: FieldInfo) {
  return v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.regex(/^\s*\d+(?:\.\d*)?\s*$/, 'must be a number'), v.transform(Number))],
      'must be a number',
    ),
    v.finite('must be a number'),
    v.minValue(0, 'must not be negative'),
    v.transform(Math.round),
    v.metadata({ ...info, kind: 'integer', fractional: true } satisfies FieldMetadata),
  );
}

/** The words for true and false that a platform or another step may send, in lower case. */
const truths: Record<string, boolean> = { true: true, yes: true, '1': true, false: false, no: false, '0': false };

/** A boolean, 1 or 0, or the text `true`, `false`, `yes`, `no`, `1` or `0` in any case. */
export function boolean(info: FieldInfo) {
  return v.pipe(
    v.union(
      [
        v.boolean(),
        v.pipe(
          v.union([v.string(), v.number()]),
          v.transform((word) => String(word).trim().toLowerCase()),
          v.check((word) => Object.hasOwn(truths, word)),
          v.transform((word) => truths[word] === true),
        ),
      ],
      'must be true or false',
    ),
    v.metadata({ ...info, kind: 'boolean' } satisfies FieldMetadata),
  );
}

/** The value of the option with an entered value or label, in any case; anything else unchanged. */
function optionOf(options: readonly Option[], entered: string): string {
  if (options.some(({ value }) => value === entered)) return entered;
  const wanted = entered.trim().toLowerCase();
  const labelsOf = ({ label }: Option): string[] => (typeof label === 'string' ? [label] : [label.n8n, label.zapier]);
  const found = options.filter((one) => [one.value, ...labelsOf(one)].some((name) => name.toLowerCase() === wanted));
  return found.length === 1 && found[0] ? found[0].value : entered;
}

/** A dropdown: one of a few fixed values. Text from another step may be in another case, or the label. */
export function option<const T extends readonly Option[]>(options: T, info: FieldInfo) {
  const values = options.map((entry) => entry.value) as { [K in keyof T]: T[K]['value'] };
  const expected = `must be one of: ${values.join(', ')}`;
  return v.pipe(
    v.string(expected),
    v.transform((entered) => optionOf(options, entered)),
    v.picklist(values, expected),
    v.metadata({ ...info, kind: 'option', options } satisfies FieldMetadata),
  );
}

/** A list of texts: an array, or text with one entry per line. URLs are accepted as in `text`. */
export function list(info: FieldInfo) {
  return v.pipe(
    v.union(
      [
        v.array(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
        v.pipe(
          v.string(),
          v.transform((value) => value.split(/\r?\n/)),
        ),
      ],
      'must be a list',
    ),
    v.transform((entries) => entries.map((entry) => extractId(info, entry.trim())).filter((entry) => entry !== '')),
    v.metadata({ ...info, kind: 'list' } satisfies FieldMetadata),
  );
}

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/**
 * A list of rows with the same fields, such as rules: an array, or text with one row per line. A row is an object, of which empty
 * fields are omitted, or a line of text that the operation reads; only a form of rows checks that its fields are filled in.
 */
export function rows<const F extends Fields>(row: F, info: FieldInfo & { noun: string }) {
  const object = v.pipe(
    v.custom<Record<string, unknown>>(isObject, 'must be a list of rows or lines'),
    v.transform((entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => isFilled(value)))),
    v.partial(v.strictObject(row, `must have no other fields than ${Object.keys(row).join(', ')} in a row`)),
  );
  const line = v.pipe(v.string(), v.trim());
  const entry = v.lazy((value) => (typeof value === 'string' ? line : object));
  return v.pipe(
    v.union(
      [
        v.array(v.unknown()),
        v.pipe(
          v.string(),
          v.transform((value): unknown[] => value.split(/\r?\n/)),
        ),
      ],
      'must be a list',
    ),
    v.array(entry),
    v.transform((entries) => entries.filter((one) => one !== '')),
    v.metadata({ ...info, kind: 'rows', row } satisfies FieldMetadata),
  );
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** JSON text or a value, from which parsing would take no digits: no ID is changed silently. */
const exactJson = v.pipe(
  v.unknown(),
  v.check(
    (value) => typeof value !== 'string' || !hasLongInteger(value),
    `must not contain a whole number beyond ${Number.MAX_SAFE_INTEGER}, whose last digits would be lost; enter it in quotation marks`,
  ),
  v.transform(parseJson),
);

/** Copies an object without a prototype, so that no name resolves to an inherited property. */
function plain(value: Record<string, unknown>): Record<string, unknown> {
  return Object.assign(Object.create(null) as Record<string, unknown>, value);
}

/** Names and values, such as pipeline parameters: an object, or its JSON text. */
export function values(info: FieldInfo) {
  return v.pipe(
    exactJson,
    v.custom<Record<string, unknown>>(isObject, 'must be a JSON object such as {"DatasetID": "d-123"}'),
    v.transform(plain),
    v.metadata({ ...info, kind: 'values' } satisfies FieldMetadata),
  );
}

/** Any JSON value, or its text. */
export function json(info: FieldInfo) {
  return v.pipe(
    exactJson,
    v.custom<unknown>((value) => value !== undefined, 'must be valid JSON'),
    v.metadata({ ...info, kind: 'json' } satisfies FieldMetadata),
  );
}

/** A file of the platform, read with `host.files.read`. As an output: the result of `host.files.save`. */
export function file(info: FieldInfo) {
  return v.pipe(v.unknown(), v.metadata({ ...info, kind: 'file' } satisfies FieldMetadata));
}

/** A timestamp as ISO 8601 text with time zone. */
export function dateTime(info: FieldInfo) {
  return v.pipe(
    v.string('must be a date and time'),
    v.isoTimestamp('must be a date and time such as 2026-11-20T08:00:00Z'),
    v.metadata({ ...info, kind: 'date-time' } satisfies FieldMetadata),
  );
}

function isFieldMetadata(metadata: object): metadata is FieldMetadata {
  return 'label' in metadata && 'kind' in metadata;
}

/** The metadata of a field with `optional` and defaults unwrapped. */
type Description = Readonly<FieldMetadata & { required: boolean; default?: unknown }>;

/** Descriptions by field: an app describes each of its fields many times when it starts. */
const descriptions = new WeakMap<Field, Description>();

/** The metadata of a field, with `optional` and defaults unwrapped. */
export function describeField(schema: Field): Description {
  const known = descriptions.get(schema);
  if (known) return known;
  const description = Object.freeze(readDescription(schema));
  descriptions.set(schema, description);
  return description;
}

function readDescription(schema: Field): Description {
  let inner: Field & { wrapped?: Field; default?: unknown } = schema;
  let required = true;
  let initial: unknown;
  while ((inner.type === 'optional' || inner.type === 'nullable') && inner.wrapped) {
    if (inner.type === 'optional') required = false;
    if (inner.default !== undefined) initial = inner.default;
    inner = inner.wrapped;
  }
  const metadata: object = v.getMetadata(inner);
  if (!isFieldMetadata(metadata))
    throw new TypeError('A field must be defined with a function of define/fields.ts, such as text().');
  return { ...metadata, required, ...(initial === undefined ? {} : { default: initial }) };
}

/** An option of a dropdown as one platform shows it. */
export interface ShownOption {
  value: string;
  label: string;
  description?: string;
}

/** A field as one platform shows it: in its wording, with the options that it offers. */
export interface ShownField extends Omit<FieldMetadata, 'help' | 'options' | 'defaultOnZapier' | 'prominentOnZapier'> {
  help?: string;
  options?: ShownOption[];
  required: boolean;
  default?: unknown;
}

/** Fields as shown, by platform and field, like `descriptions`. */
const shownFields = { n8n: new WeakMap<Field, ShownField>(), zapier: new WeakMap<Field, ShownField>() };

/** Describes a field in the wording of a platform, without options that the platform does not offer. */
export function describeFieldOn(platform: 'n8n' | 'zapier', schema: Field): Readonly<ShownField> {
  const known = shownFields[platform].get(schema);
  if (known) return known;
  const shown = Object.freeze(showField(platform, schema));
  shownFields[platform].set(schema, shown);
  return shown;
}

function showField(platform: 'n8n' | 'zapier', schema: Field): ShownField {
  const { help, options, defaultOnZapier, prominentOnZapier, ...field } = describeField(schema);
  const shown: ShownField = { ...field, required: field.required || field.requiredWhenShown === true };
  if (platform === 'zapier' && defaultOnZapier !== undefined) shown.default = defaultOnZapier;
  if (platform === 'zapier' && prominentOnZapier) delete shown.advanced;
  if (help !== undefined) shown.help = wordingFor(help, platform);
  const offered = options?.filter(({ notOn }) => notOn?.[platform] === undefined);
  if (offered)
    shown.options = offered.map(({ value, label, description }) => ({
      value,
      label: wordingFor(label, platform),
      ...(description === undefined ? {} : { description }),
    }));
  return shown;
}

/** A form as filled in so far, with the IDs in URLs: lists and declared values depend on fields that are not checked yet. */
export function withIds(fields: Fields, raw: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return [name, field && typeof value === 'string' ? extractId(describeField(field), value.trim()) : value];
    }),
  );
}

/** Changes the metadata of a field. An optional field stays optional and keeps its default. */
export function withInfo<F extends Field>(schema: F, changes: Partial<FieldMetadata>): F;
export function withInfo(schema: Field, changes: Partial<FieldMetadata>): Field {
  const wrapper: Field & { wrapped?: Field; default?: unknown } = schema;
  if (wrapper.type === 'optional' && wrapper.wrapped)
    return v.optional(withInfo(wrapper.wrapped, changes), wrapper.default);
  const { required: _required, default: _default, ...info } = describeField(schema);
  return v.pipe(schema, v.metadata({ ...info, ...changes }));
}
