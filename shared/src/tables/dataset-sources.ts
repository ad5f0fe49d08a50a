import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import type { OpenedFile } from '../host/host.ts';
import type { Connection } from '../define/connection.ts';
import type { Context } from '../define/context.ts';
import { isDownload, type Download } from '../define/download.ts';
import { describeField, withInfo, type Field, type Fields } from '../define/fields.ts';
import type { Service } from '../define/service.ts';

/** A download operation of a service from which the command line reads a dataset directly. */
export interface DatasetSource {
  /** Key of the choice: `quantemplateDownloadDataset`. */
  key: string;
  /** `Quantemplate: Download Dataset`. */
  label: string;
  connection: Connection;
  download: Download;
}

/** The resource and the sources of a dataset operation. */
export interface DatasetSetting {
  /** Resource of the operation; see `Operation.resource`. */
  resource: string;
  /** The download operations that a dataset can come from. */
  sources: readonly DatasetSource[];
}

const capitalize = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The download operations of a service as dataset sources: `quantemplateDownloadDataset`. */
export function sourcesOf({ key, name, connection, operations }: Service): DatasetSource[] {
  return operations.filter(isDownload).map((download) => ({
    key: `${key}${capitalize(download.key)}`,
    label: `${name}: ${download.name}`,
    connection,
    download,
  }));
}

const nameOf = (source: DatasetSource, field: string): string => `${source.key}${capitalize(field)}`;

/** The input of a source, with the field names of its download operation. */
function own(source: DatasetSource, input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(source.download.input).map((field) => [field, input[nameOf(source, field)]]));
}

async function contextOf(source: DatasetSource, context: Context<unknown>): Promise<Context> {
  const values = await context.connectionOf?.(source.connection.key);
  if (!values)
    throw new PipewrightError({
      code: 'not-connected',
      message: `The source needs “${source.connection.name}”, which is not connected.`,
      hint: 'Add its values to the connection file, under its key.',
    });
  return { ...context, connection: values };
}

/** The input fields of a source, shown only while the source is selected. */
export function fieldsOf(source: DatasetSource): Fields {
  const shownWhen = { field: 'source', is: [source.key] };
  return Object.fromEntries(
    Object.entries(source.download.input).map(([name, field]: [string, Field]) => {
      const shown = withInfo(field, { shownWhen });
      return [nameOf(source, name), describeField(field).required ? v.optional(shown) : shown];
    }),
  );
}

/** Opens the dataset in its service; its bytes are streamed, not stored. */
export async function openSource(
  source: DatasetSource,
  input: Record<string, unknown>,
  context: Context<unknown>,
): Promise<OpenedFile> {
  return source.download.open(own(source, input), await contextOf(source, context));
}
