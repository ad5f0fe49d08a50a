import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { displayField, displayText, filledText, optionalField, type Parsed } from '../../http/response-schema.ts';
import { parseUtcTimestamp, readStatus, secondsBetween, type Run, type StatusMap, type Step } from '../../runs/run.ts';
import { service } from './api.ts';
import type { Model } from './models.ts';

/** An entry of the refresh history. */
export const historyEntryShape = v.object({
  requestId: filledText,
  refreshType: displayText,
  status: filledText,
  startTime: displayText,
  endTime: displayText,
  /** JSON in a string. */
  serviceExceptionJson: displayText,
});

/** An entry of the refresh history. */
export type VendorRefresh = Parsed<typeof historyEntryShape>;

/** The details of an enhanced refresh; `status` is Unknown while it runs, so only `extendedStatus` counts. */
export const refreshDetailsShape = v.object({
  extendedStatus: filledText,
  startTime: displayText,
  endTime: displayText,
  type: displayText,
  numberOfAttempts: displayField(v.number()),
  objects: optionalField(v.array(v.object({ table: v.string(), partition: displayText, status: displayText }))),
  messages: displayField(v.array(v.object({ code: displayText, message: displayText, type: displayText }))),
});

/** The details of an enhanced refresh. */
export type VendorDetails = Parsed<typeof refreshDetailsShape>;

/** Words of `extendedStatus`, of the objects and, with Unknown for an active refresh, of the history. */
const statuses: StatusMap = {
  NotStarted: 'queued',
  InProgress: 'running',
  Unknown: 'running',
  Completed: 'succeeded',
  Failed: 'failed',
  TimedOut: 'timed-out',
  Disabled: 'cancelled',
};

/** Refresh types that cover the whole model: the schedule, the portal and the API without parameters. */
const wholeModelTypes: readonly string[] = ['Scheduled', 'OnDemand', 'ViaApi'];

/** Whether a refresh of this type covers the whole model. @param refreshType as in the history */
export const coversWholeModel = (refreshType: unknown): boolean => wholeModelTypes.some((type) => type === refreshType);

/** Whether the API has details of a refresh, which it has only of enhanced refreshes. */
export const isEnhanced = ({ refreshType }: VendorRefresh): boolean => refreshType === 'ViaEnhancedApi';

/** Whether the API may have started a refresh. */
export const isStartedByCall = ({ refreshType }: VendorRefresh): boolean =>
  refreshType === 'ViaEnhancedApi' || refreshType === 'ViaApi';

function times({ startTime, endTime }: { startTime?: string | undefined; endTime?: string | undefined }) {
  const startedAt = parseUtcTimestamp(startTime);
  const finishedAt = parseUtcTimestamp(endTime);
  return withoutUndefined({ startedAt, finishedAt, durationSeconds: secondsBetween(startedAt, finishedAt) });
}

const exceptionShape = v.object({ errorCode: displayText, errorDescription: displayText });

/** The error in an entry of the history: its code and, if there is one, its description. */
function readException(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    const { errorCode, errorDescription } = v.parse(exceptionShape, JSON.parse(text));
    return [errorDescription, errorCode && (errorDescription ? `(${errorCode})` : errorCode)].filter(Boolean).join(' ');
  } catch {
    return text;
  }
}

/** Converts an entry of the history. */
export function readHistoryEntry(entry: VendorRefresh, { name, url }: Model): Run {
  const { requestId, refreshType, status } = entry;
  return {
    id: requestId,
    service,
    name,
    status: readStatus(statuses, status),
    vendorStatus: status,
    parameters: coversWholeModel(refreshType) ? { type: 'full' } : {},
    steps: [],
    url,
    ...times(entry),
    ...withoutUndefined({ message: readException(entry.serviceExceptionJson) }),
    ...(refreshType ? { details: { refreshType } } : {}),
  };
}

/** A table, or a partition as in the field Tables: `Claims` or `Claims[2026]`. */
export const objectName = (table: string, partition?: string): string =>
  partition === undefined || partition === table ? table : `${table}[${partition}]`;

function readMessages({ messages = [] }: VendorDetails): string | undefined {
  const errors = messages.filter(({ type }) => type?.toLowerCase() !== 'warning');
  const texts = errors.map(({ code, message }) => [message, code && `(${code})`].filter(Boolean).join(' '));
  return texts.join(' ') || undefined;
}

/** Converts the details of a refresh, with its tables and partitions as steps. */
export function readDetails(id: string, details: VendorDetails, { name, url }: Model): Run {
  const { extendedStatus, type, objects = [], numberOfAttempts } = details;
  const steps = objects.map(
    ({ table, partition, status }): Step => ({
      name: objectName(table, partition),
      type: partition === undefined || partition === table ? 'Table' : 'Partition',
      status: readStatus(statuses, status),
    }),
  );
  return {
    id,
    service,
    name,
    status: readStatus(statuses, extendedStatus),
    vendorStatus: extendedStatus,
    parameters: { ...(type ? { type: `${type.slice(0, 1).toLowerCase()}${type.slice(1)}` } : {}) },
    steps,
    url,
    ...times(details),
    ...withoutUndefined({ message: readMessages(details) }),
    details: withoutUndefined({ refreshType: 'ViaEnhancedApi', attempts: numberOfAttempts }),
  };
}

/** A table or partition to refresh, as the API takes it. */
export interface RefreshObject {
  table: string;
  partition?: string;
}

/** Parses a line of the field Tables: `Claims`, or `Claims[2026]` for a partition. */
export function parseObject(line: string): RefreshObject {
  const [, table, partition] = /^(.+?)\[([^[\]]+)\]$/.exec(line) ?? [];
  return table && partition ? { table: table.trim(), partition: partition.trim() } : { table: line };
}

/** Whether a refresh covers all of these tables and partitions; without any, every refresh may cover the whole model. */
export function covers({ steps, details }: Run, objects: readonly RefreshObject[]): boolean {
  if (coversWholeModel(details?.['refreshType'])) return objects.every(({ partition }) => partition === undefined);
  return objects.every(({ table, partition }) =>
    steps.some(({ name }) => name === objectName(table, partition) || (!partition && name.startsWith(`${table}[`))),
  );
}
