import * as v from 'valibot';
import type { ChoiceList } from './choice-list.ts';
import type { DeclaredValues } from './declared-values.ts';
import { wordingFor, type Wording } from '../host/wording.ts';

/** How a platform shows a field. */
export type FieldKind = 'text' | 'integer' | 'boolean' | 'option' | 'list' | 'values' | 'json' | 'file' | 'date-time';

/** One entry of a fixed choice. */
export interface Option {
  value: string;
  label: Wording;
  /** What choosing it does, in one sentence. */
  description?: string;
  /** Platforms that do not offer it, each with the reason in one sentence. */
  notOn?: Partial<Record<'n8n' | 'zapier', string>>;
}

/** What a field tells a person, beside its type. */
export interface FieldInfo {
  /** Title Case, as it stands above the field. */
  label: string;
  /** One or two sentences: what to type and where to find it. */
  help?: Wording;
  /** An example, without "e.g.". */
  placeholder?: string;
  /** Shown only when asked for: among the options in n8n, below in Zapier. Default: false. */
  advanced?: boolean;
  /** Never shown again once typed. Default: false. */
  secret?: boolean;
  /** More than one line of text. Default: false. */
  multiline?: boolean;
  /** The list the value is picked from. */
  choices?: ChoiceList;
  /** Usually the value is all that the step before gave, where a platform hands that over as a whole. Default: false. */
  wholeItem?: boolean;
  /** Of names with values: where the names come from. */
  declared?: DeclaredValues;
  /** Shown only while another field has one of these values. */
  shownWhen?: { field: string; is: readonly string[] };
  /** Faces that do not offer the field, each with the reason in one sentence. */
  notOn?: Partial<Record<'n8n' | 'zapier', string>>;
  /** Takes the value out of the address of a page of the vendor: the pattern's first group. */
  idFromUrl?: { pattern: RegExp; example: string };
}

/** `FieldInfo` as it is kept in a schema. */
export type FieldMetadata = FieldInfo & { kind: FieldKind; options?: readonly Option[] };

/** Any field schema. */
export type Field = v.GenericSchema;

/** The fields of an operation, a connection or an output. */
export type Fields = Record<string, Field>;

/** The id in the address of a page, where the field says how to find it; any other value as it is. */
function takeId(info: FieldInfo, value: string): string {
  const found = info.idFromUrl && /^https?:\/\//i.test(value) ? info.idFromUrl.pattern.exec(value)?.[1] : undefined;
  return found === undefined ? value : decodeURIComponent(found);
}

/** A line of text; for a value picked from a list, the address of its page serves as well where `idFromUrl` is given. */
export function text(info: FieldInfo) {
  return v.pipe(
    v.union([v.string(), v.pipe(v.number(), v.transform(String))], 'must be text'),
    v.transform((value) => (info.secret || info.multiline ? value : value.trim())),
    v.nonEmpty('must not be empty'),
    v.transform((value) => takeId(info, value)),
    v.metadata({ ...info, kind: 'text' } satisfies FieldMetadata),
  );
}

/** A whole number; text that reads as one is taken. */
export function integer(info: FieldInfo & { minimum?: number; maximum?: number }) {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER, ...rest } = info;
  return v.pipe(
    v.union(
      [v.number(), v.pipe(v.string(), v.regex(/^\s*-?\d+\s*$/, 'must be a whole number'), v.transform(Number))],
      'must be a whole number',
    ),
    v.safeInteger('must be a whole number'),
    v.minValue(minimum, `must be at least ${minimum}`),
    v.maxValue(maximum, `must be at most ${maximum}`),
    v.metadata({ ...rest, kind: 'integer' } satisfies FieldMetadata),
  );
}

/** Yes or no; the words `true`, `false`, `yes`, `no` are taken. */
export function boolean(info: FieldInfo) {
  return v.pipe(
    v.union(
      [
        v.boolean(),
        v.pipe(
          v.picklist(['true', 'false', 'yes', 'no']),
          v.transform((word) => word === 'true' || word === 'yes'),
        ),
      ],
      'must be yes or no',
    ),
    v.metadata({ ...info, kind: 'boolean' } satisfies FieldMetadata),
  );
}

/** One of a few fixed values. */
export function option<const T extends readonly Option[]>(options: T, info: FieldInfo) {
  const values = options.map((entry) => entry.value) as { [K in keyof T]: T[K]['value'] };
  return v.pipe(
    v.picklist(values, `must be one of: ${values.join(', ')}`),
    v.metadata({ ...info, kind: 'option', options } satisfies FieldMetadata),
  );
}

/** Several texts: an array, or one text with an entry a line; addresses of pages are taken as in `text`. */
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
    v.transform((entries) => entries.map((entry) => takeId(info, entry.trim())).filter((entry) => entry !== '')),
    v.metadata({ ...info, kind: 'list' } satisfies FieldMetadata),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Copies names and values without a prototype, so that no name can reach one. */
function plain(value: Record<string, unknown>): Record<string, unknown> {
  return Object.assign(Object.create(null) as Record<string, unknown>, value);
}

/** Names with values, such as the parameters of a pipeline: an object, or its JSON text. */
export function values(info: FieldInfo) {
  return v.pipe(
    v.unknown(),
    v.transform(parseJson),
    v.custom<Record<string, unknown>>(isObject, 'must be names with values, such as {"DatasetID": "d-123"}'),
    v.transform(plain),
    v.metadata({ ...info, kind: 'values' } satisfies FieldMetadata),
  );
}

/** Any JSON, given as such or as text. */
export function json(info: FieldInfo) {
  return v.pipe(
    v.unknown(),
    v.transform(parseJson),
    v.custom<unknown>((value) => value !== undefined, 'must be valid JSON'),
    v.metadata({ ...info, kind: 'json' } satisfies FieldMetadata),
  );
}

/** A file of the platform; read it with `host.files.read`. As an output: what `host.files.save` gave back. */
export function file(info: FieldInfo) {
  return v.pipe(v.unknown(), v.metadata({ ...info, kind: 'file' } satisfies FieldMetadata));
}

/** A moment, as ISO 8601 text with a zone. */
export function dateTime(info: FieldInfo) {
  return v.pipe(
    v.string('must be a date and time'),
    v.isoTimestamp('must be a date and time such as 2026-11-20T08:00:00Z'),
    v.metadata({ ...info, kind: 'date-time' } satisfies FieldMetadata),
  );
}

/** What a schema tells of a field, through `optional` and defaults. */
export function describeField(schema: Field): FieldMetadata & { required: boolean; default?: unknown } {
  let inner = schema as Field & { wrapped?: Field; default?: unknown };
  let required = true;
  let initial: unknown;
  while ((inner.type === 'optional' || inner.type === 'nullable') && inner.wrapped) {
    if (inner.type === 'optional') required = false;
    if (inner.default !== undefined) initial = inner.default;
    inner = inner.wrapped;
  }
  const metadata = v.getMetadata(inner as never) as unknown as FieldMetadata;
  return { ...metadata, required, ...(initial === undefined ? {} : { default: initial }) };
}

/** An entry of a fixed choice as one platform shows it. */
export interface ShownOption {
  value: string;
  label: string;
  description?: string;
}

/** A field as one platform shows it: in its words, with the options that it offers. */
export interface ShownField extends Omit<FieldMetadata, 'help' | 'options'> {
  help?: string;
  options?: ShownOption[];
  required: boolean;
  default?: unknown;
}

/** Describes a field in the words of a platform; options that the platform does not offer are left out. */
export function describeFieldOn(platform: 'n8n' | 'zapier', schema: Field): ShownField {
  const { help, options, ...field } = describeField(schema);
  const shown: ShownField = field;
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

/** A field with some of what it tells changed; it stays optional, and keeps its default, if it was. */
export function withInfo(schema: Field, changes: Partial<FieldMetadata>): Field {
  const wrapper = schema as Field & { wrapped?: Field; default?: unknown };
  if (wrapper.type === 'optional' && wrapper.wrapped)
    return v.optional(withInfo(wrapper.wrapped, changes), wrapper.default as never);
  const { required: _required, default: _default, ...info } = describeField(schema);
  return v.pipe(schema, v.metadata({ ...info, ...changes }));
}
