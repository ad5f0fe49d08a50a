import { eventGrid } from '../../../shared/src/services/event-grid/service.ts';
import { fakeHost } from '../fake-host.ts';
import { deliver, delivery } from '../operate.ts';

const connection = { secret: 'a-long-secret-of-our-own' };
const take = (
  key: string,
  body: unknown,
  typed: Record<string, unknown> = {},
  query: Record<string, string> = { token: 'a-long-secret-of-our-own' },
  host = fakeHost(),
) =>
  deliver(
    eventGrid,
    key,
    typed,
    delivery(body, { 'content-type': 'application/json; charset=utf-8', 'aeg-event-type': 'Notification' }, query),
    { host, connection },
  );

const blob = (path = 'incoming/claims.csv', more: Record<string, unknown> = {}, container = 'bordereaux') => ({
  id: `id-${container}-${path}`,
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contoso',
  subject: `/blobServices/default/containers/${container}/blobs/${path}`,
  eventType: 'Microsoft.Storage.BlobCreated',
  eventTime: '2026-11-20T08:00:00.1234567Z',
  data: {
    api: 'PutBlob',
    url: `https://contoso.blob.core.windows.net/${container}/${path}`,
    contentType: 'text/csv',
    contentLength: 12,
    eTag: '0x8D4',
    ...more,
  },
});
const idsOf = (taken: unknown) =>
  ((taken as { events?: { data: { eventId: string } }[] }).events ?? []).map(({ data }) => data.eventId);

describe('Blob Created of Event Grid', () => {
  it('returns the file with its container and path', async () => {
    expect(await take('blobCreated', [blob()])).toEqual({
      outcome: 'events',
      events: [
        {
          id: 'id-bordereaux-incoming/claims.csv',
          data: {
            eventId: 'id-bordereaux-incoming/claims.csv',
            container: 'bordereaux',
            path: 'incoming/claims.csv',
            fileName: 'claims.csv',
            url: 'https://contoso.blob.core.windows.net/bordereaux/incoming/claims.csv',
            contentType: 'text/csv',
            size: 12,
            eTag: '0x8D4',
            createdAt: '2026-11-20T08:00:00.123Z',
            verified: true,
            matchedSecret: 'current',
          },
        },
      ],
    });
  });

  it('emits one event per file in a delivery and filters by container and path', async () => {
    const body = [
      blob(),
      blob('incoming/notes.txt'),
      blob('old/claims.csv'),
      blob('incoming/a.CSV', {}, 'other'),
      { ...blob('x'), eventType: 'Microsoft.Storage.BlobDeleted' },
    ];
    expect(
      idsOf(await take('blobCreated', body, { containers: ['bordereaux'], pathBegins: 'incoming/', pathEnds: '.csv' })),
    ).toEqual(['id-bordereaux-incoming/claims.csv']);
    expect(idsOf(await take('blobCreated', body, { pathEnds: '.csv' }))).toHaveLength(3);
  });

  it('ignores the event of a data lake for an empty file', async () => {
    expect(await take('blobCreated', [blob('incoming/claims.csv', { api: 'CreateFile', contentLength: 0 })])).toEqual({
      outcome: 'ignored',
      why: 'filtered',
    });
    expect(await take('blobCreated', [blob('incoming/claims.csv', { api: 'FlushWithClose' })])).toMatchObject({
      outcome: 'events',
    });
  });

  it('removes SAS tokens from the URL', async () => {
    const signed = blob('incoming/claims.csv', {
      url: 'https://contoso.blob.core.windows.net/b/claims.csv?sv=1&sig=secret',
    });
    expect(JSON.stringify(await take('blobCreated', [signed]))).not.toContain('sig=');
  });

  it('accepts a repeated event once', async () => {
    const host = fakeHost();
    await take('blobCreated', [blob()], {}, undefined, host);
    expect(idsOf(await take('blobCreated', [blob(), blob('incoming/next.csv')], {}, undefined, host))).toEqual([
      'id-bordereaux-incoming/next.csv',
    ]);
  });

  it.each([
    ['nothing', {}],
    ['another secret', { token: 'guessed' }],
  ])('rejects %s in the URL', async (_case, query) => {
    expect(await take('blobCreated', [blob()], {}, query as Record<string, string>)).toMatchObject({
      outcome: 'rejected',
      status: 401,
    });
  });
});

describe('Event Received of Event Grid', () => {
  const cloud = {
    specversion: '1.0',
    id: 'c-1',
    type: 'Contoso.Dataset.Ready',
    source: '/topics/datasets',
    subject: '/datasets/claims',
    time: '2026-11-20T08:00:00Z',
    data: { rows: 3 },
  };
  const grid = {
    id: 'g-1',
    eventType: 'Contoso.Dataset.Ready',
    topic: '/topics/datasets',
    subject: '/datasets/claims',
    eventTime: '2026-11-20T08:00:00Z',
    data: { rows: 3 },
  };

  it.each([
    ['Event Grid, in a list', [grid], 'g-1'],
    ['CloudEvents, alone', cloud, 'c-1'],
    ['CloudEvents, in a list', [cloud], 'c-1'],
  ])('parses the schema of %s', async (_case, body, eventId) => {
    expect(await take('eventReceived', body)).toMatchObject({
      events: [
        {
          data: {
            eventId,
            eventType: 'Contoso.Dataset.Ready',
            subject: '/datasets/claims',
            topic: '/topics/datasets',
            occurredAt: '2026-11-20T08:00:00.000Z',
            data: { rows: 3 },
          },
        },
      ],
    });
  });

  it('accepts events of two topics or sources with the same ID', async () => {
    const host = fakeHost();
    const cloud = { specversion: '1.0', id: 'g-1', type: 'Contoso.Dataset.Ready', subject: '/datasets/claims' };
    for (const one of [
      grid,
      { ...grid, topic: '/topics/other' },
      { ...cloud, source: '/a' },
      { ...cloud, source: '/b' },
    ]) {
      expect(await take('eventReceived', [one], {}, undefined, host)).toMatchObject({ outcome: 'events' });
      expect(await take('eventReceived', [one], {}, undefined, host)).toEqual({ outcome: 'ignored', why: 'repeated' });
    }
  });

  it('filters by type, subject and conditions', async () => {
    expect(
      idsOf(
        await take('eventReceived', [grid, { ...grid, id: 'g-2', eventType: 'Contoso.Dataset.Deleted' }], {
          eventTypes: ['Contoso.Dataset.Ready'],
        }),
      ),
    ).toEqual(['g-1']);
    expect(
      idsOf(
        await take('eventReceived', [grid, { ...grid, id: 'g-2', subject: '/datasets/other' }], {
          subjectEnds: 'claims',
        }),
      ),
    ).toEqual(['g-1']);
    expect(
      idsOf(
        await take('eventReceived', [grid, { ...grid, id: 'g-2', data: { rows: 0 } }], {
          filter: ['data.rows > 0'],
        }),
      ),
    ).toEqual(['g-1']);
  });

  it('ignores a body that is not an event', async () => {
    expect(await take('eventReceived', [{ hello: 'world' }, 7, null])).toEqual({ outcome: 'ignored', why: 'filtered' });
  });
});

describe('The validation handshake of Event Grid', () => {
  const validation = (validationUrl?: string) => [
    {
      id: 'v-1',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      topic: '/t',
      subject: '',
      eventTime: '2026-11-20T08:00:00Z',
      data: { validationCode: 'code-1', validationUrl },
    },
  ];
  const url = 'https://rp-uksouth.eventgrid.azure.net:553/eventsubscriptions/x/validate?id=code-1&t=1';

  it.each(['blobCreated', 'eventReceived'])('is answered by %s without an event', async (key) => {
    expect(await take(key, validation(url))).toEqual({
      outcome: 'handshake',
      answer: { validationResponse: 'code-1' },
      confirmUrl: url,
    });
  });

  it.each([
    'https://rp.eventgrid.azure.us/v',
    'https://rp.eventgrid.azure.cn:553/v?id=1',
    'https://RP-EastUS.EventGrid.Azure.NET/v',
  ])('is confirmed at %s', async (url) => {
    expect(await take('eventReceived', validation(url))).toMatchObject({
      outcome: 'handshake',
      confirmUrl: new URL(url).href,
    });
  });

  it('is rejected without the secret', async () => {
    expect(await take('eventReceived', validation(url), {}, {})).toMatchObject({ outcome: 'rejected' });
  });

  it.each([
    'https://evil.example/eventgrid.azure.net/',
    'http://x.eventgrid.azure.net/',
    'https://eventgrid.azure.net.evil.example/',
    'https://evil.example/@x.eventgrid.azure.net/',
    'https://u:p@x.eventgrid.azure.net.evil.example:553/',
    'https://evil.example?.eventgrid.azure.net/',
    'https://evil.example#.eventgrid.azure.net/',
    'https://evil.example\\.eventgrid.azure.net/',
    'https://evil.example/\t.eventgrid.azure.net/',
    'https://x.eventgrid.azure.net@evil.example/',
    'https://u:p@x.eventgrid.azure.net/',
    'https://u@x.eventgrid.azure.net/',
    'https://x.eventgrid.azure.net./',
    'https://eventgrid.azure.net/',
    'https://.eventgrid.azure.net/',
    'https://xeventgrid.azure.net/',
    'https://x.eventgrid.azure.net:8080/',
    'https://x.eventgrid.azure.net:5530/',
    'https://x.eventgrid.azure.com/',
    'https://x.eventgrid.azure.net%2eevil.example/',
    'https://evil.example%23.eventgrid.azure.net/',
    '//x.eventgrid.azure.net/',
    'x.eventgrid.azure.net',
    '',
  ])('is never confirmed at %s', async (elsewhere) => {
    expect(await take('eventReceived', validation(elsewhere))).toEqual({
      outcome: 'handshake',
      answer: { validationResponse: 'code-1' },
    });
  });
});
