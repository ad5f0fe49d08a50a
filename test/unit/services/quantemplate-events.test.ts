import { wordingFor } from '../../../shared/src/host/wording.ts';
import { quantemplate } from '../../../shared/src/services/quantemplate/service.ts';
import { fakeHost } from '../fake-host.ts';
import { context, deliver, delivery, webhookTrigger } from '../operate.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';

const connection = {
  clientId: 'u-1',
  clientSecret: 'client-secret',
  organisationId: 'c-contoso',
  webhookSecret: 'the-current-secret',
  previousWebhookSecret: 'the-previous-secret',
};
const secret = { 'X-Webhook-Secret': 'the-current-secret' };
const created = '2026-11-20T08:00:00.000Z';

/** The envelope in the documentation of events. */
const envelopeA = (id: string, eventName: string, payload: object) => ({
  eventId: id,
  eventName,
  created,
  payload: { ...payload, eventName },
});
/** The envelope in the documentation of the Azure integration. */
const envelopeB = (id: string, name: string, payload: object) => ({
  id,
  name,
  created,
  payload: { ...payload, eventName: name },
});

const take = (
  key: string,
  body: unknown,
  typed: Record<string, unknown> = {},
  headers: Parameters<typeof delivery>[1] = secret,
  query = {},
  values: Record<string, unknown> = connection,
) => deliver(quantemplate, key, typed, delivery(body, headers, query), { host: fakeHost(), connection: values });

describe('Dataset Updated of Quantemplate', () => {
  it.each([
    ['of the events page', envelopeA],
    ['of the Azure page', envelopeB],
  ])('parses the envelope %s', async (_name, envelope) => {
    expect(await take('datasetUpdated', envelope('1', 'DatasetUpdated', { datasetId: 'd-claims' }))).toEqual({
      outcome: 'events',
      events: [
        {
          id: '1',
          data: { eventId: '1', datasetId: 'd-claims', updatedAt: created, verified: true, matchedSecret: 'current' },
        },
      ],
    });
  });

  it('reads the name from the payload when the envelope has none', async () => {
    expect(
      await take('datasetUpdated', {
        id: '1',
        created,
        payload: { datasetId: 'd-claims', eventName: 'DatasetUpdated' },
      }),
    ).toMatchObject({ outcome: 'events' });
  });

  it('emits only the selected datasets, given by ID or page URL', async () => {
    const typed = { datasets: ['d-premiums', 'https://app.prod.quantemplate.com/c-contoso/data/d-claims?tab=1'] };
    expect(
      await take('datasetUpdated', envelopeB('1', 'DatasetUpdated', { datasetId: 'd-claims' }), typed),
    ).toMatchObject({ outcome: 'events' });
    expect(await take('datasetUpdated', envelopeB('1', 'DatasetUpdated', { datasetId: 'd-claims-2' }), typed)).toEqual({
      outcome: 'ignored',
      why: 'filtered',
    });
  });

  it('ignores other events, and bodies that are not notifications', async () => {
    const others = [
      envelopeB('1', 'PipelineCompleted', { pipelineId: 'p-1', pipelineExecutionId: 'e-1', status: 'Succeeded' }),
      {},
      [],
      [[]],
      { id: 1, name: 2, payload: {} },
      { id: '1', name: 'DatasetUpdated', payload: null },
      envelopeB('1', 'DatasetUpdated', { datasetId: { $ne: 1 } }),
    ];
    for (const body of others)
      expect(await take('datasetUpdated', body)).toEqual({ outcome: 'ignored', why: 'filtered' });
  });

  it('emits an event that is delivered twice only once', async () => {
    const setting = { host: fakeHost(), connection };
    const sent = delivery(envelopeB('1', 'DatasetUpdated', { datasetId: 'd-claims' }), secret);
    expect(await deliver(quantemplate, 'datasetUpdated', {}, sent, setting)).toMatchObject({ outcome: 'events' });
    expect(await deliver(quantemplate, 'datasetUpdated', {}, sent, setting)).toEqual({
      outcome: 'ignored',
      why: 'repeated',
    });
  });
});

describe('Pipeline Completed of Quantemplate', () => {
  const completed = (status: string, envelope: (id: string, name: string, payload: object) => object = envelopeB) =>
    envelope('2', 'PipelineCompleted', { pipelineId: 'p-bordereaux', pipelineExecutionId: 'e-1', status });

  it.each([envelopeA, envelopeB])('returns pipeline, run and status from both envelopes', async (envelope) => {
    expect(await take('pipelineCompleted', completed('Succeeded', envelope))).toMatchObject({
      events: [
        {
          id: 'e-1:completed',
          data: {
            pipelineId: 'p-bordereaux',
            executionId: 'e-1',
            status: 'succeeded',
            vendorStatus: 'Succeeded',
            succeeded: true,
            completedAt: created,
          },
        },
      ],
    });
  });

  it.each([
    ['Succeeded', ['any', 'succeeded']],
    ['Failed', ['any', 'failed']],
    ['Cancelled', ['any', 'cancelled']],
    ['Canceled', ['any', 'cancelled']],
    ['Exploded', ['any']],
  ])('emits the status %s for the outcomes %s only', async (status, passes) => {
    for (const outcome of ['any', 'succeeded', 'failed', 'cancelled']) {
      const taken = await take('pipelineCompleted', completed(status), { outcome });
      expect([outcome, taken.outcome]).toEqual([outcome, passes.includes(outcome) ? 'events' : 'ignored']);
    }
  });

  it('emits only the selected pipelines', async () => {
    expect(
      await take('pipelineCompleted', completed('Succeeded'), { pipelines: 'p-other\np-bordereaux' }),
    ).toMatchObject({ outcome: 'events' });
    expect(await take('pipelineCompleted', completed('Succeeded'), { pipelines: 'p-other' })).toMatchObject({
      outcome: 'ignored',
    });
  });

  it('returns recent runs of the pipelines for the form, newest first', async () => {
    const host = fakeHost()
      .on('POST', /openid-connect/, { json: { access_token: 't', expires_in: 300 } })
      .on('GET', /p-1\/executions$/, {
        json: [execution('e-1', 'Failed', 1), execution('e-3', 'Succeeded', 3), execution('e-4', 'Started', 4)],
      })
      .on('GET', /p-2\/executions$/, { json: [execution('e-2', 'Succeeded', 2)] });
    const trigger = webhookTrigger(quantemplate, 'pipelineCompleted');
    const recent = await trigger.recent?.(
      checkInput(trigger.input, { pipelines: ['p-1', 'p-2'] }) as never,
      context(quantemplate, host, connection),
    );
    expect(recent?.map((event) => [event.id, event.data['status']])).toEqual([
      ['e-3:completed', 'succeeded'],
      ['e-2:completed', 'succeeded'],
      ['e-1:completed', 'failed'],
    ]);
    const missed = await trigger.missed?.(
      checkInput(trigger.input, { pipelines: ['p-1', 'p-2'] }) as never,
      new Date('2026-11-20T02:00:00Z'),
      context(quantemplate, host, connection),
    );
    expect(missed?.map(({ id }) => id)).toEqual(['e-2:completed', 'e-3:completed']);
  });

  it('cannot find missed runs unless pipelines are selected', async () => {
    const trigger = webhookTrigger(quantemplate, 'pipelineCompleted');
    await expect(
      trigger.missed?.(
        checkInput(trigger.input, {}) as never,
        new Date(0),
        context(quantemplate, fakeHost(), connection),
      ),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

const execution = (id: string, status: string, hour: number) => ({
  id,
  status,
  createdAt: `2026-11-20T0${hour}:00:00Z`,
  ...(status === 'Started' ? {} : { finishedAt: `2026-11-20T0${hour}:30:00Z` }),
});

describe('The webhook secret of Quantemplate', () => {
  const body = envelopeB('1', 'DatasetUpdated', { datasetId: 'd-claims' });
  const basic = (password: string) => ({
    authorization: `Basic ${Buffer.from(`quantemplate:${password}`).toString('base64')}`,
  });

  it.each([
    ['a header', { secretLocation: 'header' }, { 'x-webhook-secret': 'the-current-secret' }, {}],
    [
      'a header of another name',
      { secretLocation: 'header', secretName: 'X-Contoso' },
      { 'X-CONTOSO': 'the-current-secret' },
      {},
    ],
    ['basic authentication', { secretLocation: 'basic' }, basic('the-current-secret'), {}],
    ['the query', { secretLocation: 'query' }, {}, { token: 'the-current-secret' }],
    ['a parameter of another name', { secretLocation: 'query', secretName: 'key' }, {}, { key: 'the-current-secret' }],
  ])('is accepted in %s', async (_place, typed, headers, query) => {
    expect(await take('datasetUpdated', body, typed, headers, query)).toMatchObject({ outcome: 'events' });
  });

  it('is accepted with its previous value, and the event reports this', async () => {
    expect(await take('datasetUpdated', body, {}, { 'x-webhook-secret': 'the-previous-secret' })).toMatchObject({
      events: [{ data: { verified: true, matchedSecret: 'previous' } }],
    });
  });

  it.each([
    ['missing', {}, {}, {}],
    ['wrong', {}, { 'x-webhook-secret': 'guess' }, {}],
    ['sent twice', {}, { 'x-webhook-secret': ['the-current-secret', 'the-current-secret'] }, {}],
    ['in the query instead of the header', {}, {}, { 'x-webhook-secret': 'the-current-secret' }],
    ['in the header instead of the query', { secretLocation: 'query' }, { token: 'the-current-secret' }, {}],
    ['wrong in basic authentication', { secretLocation: 'basic' }, basic('guess'), {}],
    ['not behind the word Basic', { secretLocation: 'basic' }, { authorization: 'the-current-secret' }, {}],
  ])('is rejected when %s, and the explanation does not show it', async (_case, typed, headers, query) => {
    const taken = await take('datasetUpdated', body, typed, headers as never, query);
    expect(taken.outcome).toBe('rejected');
    expect(JSON.stringify(taken)).not.toMatch(/the-current-secret|guess/);
  });

  it('is required, unless unsigned events are accepted', async () => {
    const { webhookSecret: _current, previousWebhookSecret: _previous, ...without } = connection;
    expect(await take('datasetUpdated', body, {}, secret, {}, without)).toMatchObject({
      outcome: 'rejected',
      explanation: expect.stringContaining('No secret'),
    });
    expect(await take('datasetUpdated', body, { acceptsUnsigned: true }, {}, {}, without)).toMatchObject({
      events: [{ data: { verified: false, matchedSecret: 'none' } }],
    });
  });

  it('is part of the setup instructions, which name the event to subscribe to', () => {
    for (const [key, event] of [
      ['datasetUpdated', 'DatasetUpdated'],
      ['pipelineCompleted', 'PipelineCompleted'],
    ] as const) {
      expect(wordingFor(webhookTrigger(quantemplate, key).directions ?? '', 'n8n')).toMatch(
        new RegExp(`whole organisation[^]*Webhook Secret[^]*event ${event}`),
      );
    }
  });
});
