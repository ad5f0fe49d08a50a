import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { integer, list, text } from '../../define/fields.ts';
import { defineWebhookTrigger } from '../../define/trigger.ts';
import { verificationFields } from '../../webhooks/trigger-fields.ts';
import type { WebhookSecret } from '../../webhooks/webhook-secret.ts';
import {
  beginsWith,
  directionsFor,
  endsWith,
  verificationMethodFields,
  readEvents,
  readHandshake,
  verification,
  type GridEvent,
} from './events.ts';

interface BlobData {
  api?: string;
  url?: string;
  contentType?: string;
  contentLength?: number;
  eTag?: string;
}

/** Parses the subject `/blobServices/default/containers/<container>/blobs/<path>`. */
function readSubject(subject: string): { container: string; path: string } | undefined {
  const [, container, path] = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/.exec(subject) ?? [];
  return container && path ? { container, path } : undefined;
}

function describe({ id, subject, occurredAt, data }: GridEvent) {
  const at = readSubject(subject);
  const { url, contentType, contentLength, eTag } = data as BlobData;
  if (!at || typeof url !== 'string') return [];
  return [
    {
      eventId: id,
      ...at,
      fileName: at.path.split('/').pop() ?? at.path,
      // The query may contain a SAS token.
      url: url.split('?')[0] ?? '',
      ...withoutUndefined({
        contentType: typeof contentType === 'string' ? contentType : undefined,
        size: typeof contentLength === 'number' ? contentLength : undefined,
        eTag: typeof eTag === 'string' ? eTag : undefined,
        createdAt: occurredAt,
      }),
    },
  ];
}

/**
 * Receives `Microsoft.Storage.BlobCreated`. A data lake sends two events per file: one when it is created empty (`CreateFile`)
 * and one when it is complete (`FlushWithClose`); only the latter counts.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
 */
export const blobCreated = defineWebhookTrigger<WebhookSecret>()({
  key: 'blobCreated',
  name: 'Blob Created',
  description: 'Triggers when a file is created or replaced in Azure Blob Storage or Azure Data Lake Storage.',
  input: {
    containers: v.optional(
      list({
        label: 'Containers',
        help: 'Names of the containers, one per line. Leave empty for all containers.',
        placeholder: 'bordereaux',
      }),
    ),
    pathBegins: v.optional(
      text({
        label: 'Path Begins With',
        help: 'Start of the path within the container.',
        placeholder: 'incoming/2026',
      }),
    ),
    pathEnds: v.optional(
      text({
        label: 'Path Ends With',
        help: 'End of the path, e.g. a file extension.',
        placeholder: '.csv',
      }),
    ),
    ...verificationMethodFields,
  },
  output: {
    eventId: text({ label: 'Event ID' }),
    container: text({ label: 'Container' }),
    path: text({ label: 'Path' }),
    fileName: text({ label: 'File Name' }),
    url: text({ label: 'Blob URL' }),
    contentType: v.optional(text({ label: 'Content Type' })),
    size: v.optional(integer({ label: 'Size (Bytes)' })),
    eTag: v.optional(text({ label: 'ETag' })),
    createdAt: v.optional(text({ label: 'Created At' })),
    ...verificationFields,
  },
  sample: {
    eventId: '831e1650-001e-001b-66ab-eeb76e069631',
    container: 'bordereaux',
    path: 'incoming/2026/claims.csv',
    fileName: 'claims.csv',
    url: 'https://contoso.blob.core.windows.net/bordereaux/incoming/2026/claims.csv',
    contentType: 'text/csv',
    size: 524_288,
    eTag: '0x8D4BCC2E4835CD0',
    createdAt: '2026-11-20T08:00:00.000Z',
    verified: true,
    matchedSecret: 'current',
  },
  verification,
  directions: directionsFor('the storage account', 'the event type Blob Created'),
  handshake: readHandshake,
  events(body, { containers, pathBegins, pathEnds }) {
    return readEvents(body)
      .filter(({ type, data }) => type === 'Microsoft.Storage.BlobCreated' && (data as BlobData).api !== 'CreateFile')
      .flatMap(describe)
      .filter(
        ({ container, path }) =>
          (!containers || containers.length === 0 || containers.includes(container)) &&
          beginsWith(path, pathBegins) &&
          endsWith(path, pathEnds),
      )
      .map((data) => ({ id: data.eventId, data }));
  },
  example: (now) => [
    {
      id: `example-${now.getTime()}`,
      topic:
        '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/data-platform/providers/Microsoft.Storage/storageAccounts/contoso',
      subject: '/blobServices/default/containers/bordereaux/blobs/incoming/2026/claims.csv',
      eventType: 'Microsoft.Storage.BlobCreated',
      eventTime: now.toISOString(),
      data: {
        api: 'PutBlob',
        contentType: 'text/csv',
        contentLength: 524_288,
        blobType: 'BlockBlob',
        eTag: '0x8D4BCC2E4835CD0',
        url: 'https://contoso.blob.core.windows.net/bordereaux/incoming/2026/claims.csv',
      },
      dataVersion: '',
      metadataVersion: '1',
    },
  ],
});
