import { unreachable } from '../../../shared/src/host/unreachable.ts';

describe('unreachable', () => {
  it.each(['ENOTFOUND', 'ECONNREFUSED'])('marks %s as unsent', (code) => {
    expect(unreachable([code])).toMatchObject({ code: 'unavailable', unsent: true, retryable: true });
  });

  it.each(['ETIMEDOUT', 'ECONNRESET', 'AbortError', 'EWHATEVER'])('does not mark %s as unsent', (code) => {
    expect(unreachable([code]).unsent).toBe(false);
  });

  it('uses the first known code', () => {
    expect(unreachable([undefined, 'EODD', 'ECONNRESET']).message).toBe(
      'the server closed the connection before it responded.',
    );
    expect(unreachable(['EODD']).message).toBe('the request failed (EODD).');
    expect(unreachable(['AppError'], { AppError: 'it is not allowed' }).message).toBe('it is not allowed.');
    expect(unreachable([]).message).toBe('the request failed (unknown).');
  });
});
