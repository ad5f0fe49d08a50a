import { unreachable } from '../../../shared/src/host/unreachable.ts';

describe('A request that got no answer', () => {
  it.each(['ENOTFOUND', 'ECONNREFUSED'])('was not sent when the reason is %s', (code) => {
    expect(unreachable([code])).toMatchObject({ code: 'unavailable', unsent: true, retryable: true });
  });

  it.each(['ETIMEDOUT', 'ECONNRESET', 'AbortError', 'EWHATEVER'])('may have been sent when it is %s', (code) => {
    expect(unreachable([code]).unsent).toBe(false);
  });

  it('is told by the first name that means something', () => {
    expect(unreachable([undefined, 'EODD', 'ECONNRESET']).message).toBe(
      'the server closed the connection before it responded.',
    );
    expect(unreachable(['EODD']).message).toBe('the request failed (EODD).');
    expect(unreachable(['AppError'], { AppError: 'it is not allowed' }).message).toBe('it is not allowed.');
    expect(unreachable([]).message).toBe('the request failed (unknown).');
  });
});
