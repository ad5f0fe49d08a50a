import { webhookActivity } from '../../../shared/src/services/azure/webhook-activity/service.ts';
import { fakeHost } from '../fake-host.ts';
import { deliver, delivery, operate } from '../operate.ts';

const connection = {
  tenantId: 't',
  clientId: 'c',
  clientSecret: 's',
  subscriptionId: 'sub',
  webhookSecret: 'a-long-secret-of-our-own',
};
const address = 'https://dpeastus.svc.datafactory.azure.com/dataplane/workflow/callback/run-1?token=very-secret';
const reached = async (body: unknown) =>
  deliver(webhookActivity, 'activityReached', {}, delivery(body, {}, { token: 'a-long-secret-of-our-own' }), {
    host: fakeHost(),
    connection,
  });
const handleOf = async (): Promise<string> => {
  const taken = await reached({ callBackUri: address, question: 'May it?' });
  return taken.outcome === 'events' ? String(taken.events[0]?.data['callbackId']) : '';
};
const complete = (
  typed: Record<string, unknown>,
  host = fakeHost().on('POST', /callback/, { json: {} }),
  used: Record<string, unknown> = connection,
) => operate(webhookActivity, 'completeActivity', typed, host, used).then(() => host.requests);

describe('A WebHook activity', () => {
  it('emits an event with a handle that does not reveal the callback URL', async () => {
    const taken = await reached({ callBackUri: address, question: 'May it?' });
    expect(taken).toMatchObject({
      outcome: 'events',
      events: [{ data: { body: { question: 'May it?' }, verified: true } }],
    });
    const output = JSON.stringify(taken);
    expect(output).not.toMatch(/very-secret|datafactory/);
    expect(Buffer.from(await handleOf(), 'base64url').toString('latin1')).not.toMatch(/very-secret|azure/);
  });

  it('is completed at its callback URL with the body that Azure expects', async () => {
    const [request] = await complete({ callbackId: await handleOf(), output: { approvedBy: 'Ada' } });
    expect(request).toMatchObject({
      address: address.split('?')[0],
      query: { token: 'very-secret' },
      json: { Output: { approvedBy: 'Ada' }, StatusCode: '200' },
    });
    expect(request?.headers).not.toHaveProperty('authorization');
  });

  it('can be failed with a code and a message', async () => {
    const [request] = await complete({
      callbackId: await handleOf(),
      outcome: 'failed',
      errorCode: 'NotApproved',
      errorMessage: 'Ada said no.',
    });
    expect(request?.json).toEqual({
      Output: {},
      Error: { ErrorCode: 'NotApproved', Message: 'Ada said no.' },
      StatusCode: '400',
    });
  });

  it.each([
    'http://svc.datafactory.azure.com/x',
    'https://azure.com.evil.example/x',
    'https://evil.example/azure.com',
    'https://127.0.0.1/x',
    'https://evil@169.254.169.254/x',
    'https://user@svc.azure.com/x',
    'https://mine.eastus.cloudapp.azure.com/x',
    'file:///etc/passwd',
    'not a URL',
  ])('with the callback URL %s is rejected', async (callBackUri) => {
    await expect(reached({ callBackUri })).rejects.toMatchObject({ code: 'not-verified' });
  });

  it('is not completed with a handle that is forged, changed or from another connection', async () => {
    const handle = await handleOf();
    const host = fakeHost();
    for (const [wrong, used] of [
      ['guessed', connection],
      ['', connection],
      [`A${handle.slice(1)}`, connection],
      [handle.slice(0, -4), connection],
      [handle, { ...connection, clientSecret: 'other' }],
    ] as const) {
      await expect(complete({ callbackId: wrong }, host, used)).rejects.toMatchObject({ code: 'invalid-input' });
    }
    expect(host.requests).toHaveLength(0);
  });

  it('that is no longer waiting is reported without its callback URL', async () => {
    const host = fakeHost().on('POST', /callback/, { status: 404, text: 'gone' });
    const error = await complete({ callbackId: await handleOf() }, host).catch((raised: Error) => raised);
    expect(error).toMatchObject({
      message: expect.stringContaining('no longer waiting'),
      hint: expect.stringContaining('studio'),
    });
    expect(JSON.stringify(error)).not.toContain('very-secret');
  });

  it('is ignored without a callback URL', async () => {
    expect(await reached({ question: 'May it?' })).toMatchObject({ outcome: 'ignored' });
    expect(await reached([1])).toMatchObject({ outcome: 'ignored' });
  });
});
