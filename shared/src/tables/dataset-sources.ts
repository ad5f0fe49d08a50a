import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import type { OpenedFile } from '../host/host.ts';
import type { ChoiceList } from '../define/choice-list.ts';
import type { Connection } from '../define/connection.ts';
import type { Context } from '../define/context.ts';
import { isDownload, type Download } from '../define/download.ts';
import { describeField, withInfo, type Field, type Fields } from '../define/fields.ts';
import type { Service } from '../define/service.ts';

/** A download of another service, from which a dataset can be loaded straight. */
export interface DatasetSource {
  /** Key of the choice: `quantemplateDownloadDataset`. */
  key: string;
  /** `Quantemplate: Download Dataset`. */
  label: string;
  connection: Connection;
  download: Download;
}

/** Where an operation upon datasets is offered, and where they can come from. */
export interface DatasetSetting {
  /** What the operation works on there; see `Operation.resource`. */
  resource: string;
  /** The downloads of services from which a dataset can come. */
  sources: readonly DatasetSource[];
}

const capitalize = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The downloads of a service as sources of a dataset: `quantemplateDownloadDataset`. */
export function datasetSources({ key, name, connection, operations }: Service): DatasetSource[] {
  return operations.filter(isDownload).map((download) => ({
    key: `${key}${capitalize(download.key)}`,
    label: `${name}: ${download.name}`,
    connection,
    download,
  }));
}

/** The connections that a service needs for its sources, each for those that come from it. */
export function connectionsOf(sources: readonly DatasetSource[]): NonNullable<Service['furtherConnections']> {
  const connections = [...new Set(sources.map(({ connection }) => connection))];
  return connections.map((connection) => ({
    connection,
    shownWhen: {
      field: 'source',
      is: sources.filter((source) => source.connection === connection).map(({ key }) => key),
    },
  }));
}

const nameOf = (source: DatasetSource, field: string): string => `${source.key}${capitalize(field)}`;

/** What was filled in for a source, under the names of its own download. */
function own(source: DatasetSource, input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(source.download.input).map((field) => [field, input[nameOf(source, field)]]));
}

/** The list of the source's service, asked with that service's connection. */
function borrow(source: DatasetSource, list: ChoiceList): ChoiceList {
  return {
    key: nameOf(source, list.key),
    needs: (list.needs ?? []).map((field) => nameOf(source, field)),
    load: async (query, context) =>
      list.load({ ...query, input: own(source, query.input) }, await contextOf(source, context)),
  };
}

async function contextOf(source: DatasetSource, context: Context<unknown>): Promise<Context> {
  const values = await context.connectionOf?.(source.connection.key);
  if (!values)
    throw new PipewrightError({
      code: 'not-connected',
      message: `“${source.connection.name}” is not connected.`,
      hint: 'Add a connection of that kind: the dataset comes from it.',
    });
  return { ...context, connection: values };
}

/** The fields of a source's download, each shown only while the source is chosen. */
export function fieldsOf(source: DatasetSource): Fields {
  const shownWhen = { field: 'source', is: [source.key] };
  return Object.fromEntries(
    Object.entries(source.download.input).map(([name, field]: [string, Field]) => {
      const { choices } = describeField(field);
      const shown = withInfo(field, { shownWhen, ...(choices ? { choices: borrow(source, choices) } : {}) });
      return [nameOf(source, name), describeField(field).required ? v.optional(shown) : shown];
    }),
  );
}

/** Opens the dataset at its service; its bytes are not stored anywhere on the way. */
export async function openSource(
  source: DatasetSource,
  input: Record<string, unknown>,
  context: Context<unknown>,
): Promise<OpenedFile> {
  return source.download.open(own(source, input), await contextOf(source, context));
}
