import { connect, createServer, type AddressInfo } from 'node:net';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { explainMysql } from '../../../shared/src/databases/mysql/mysql-error.ts';
import { hinting } from '../hinting.ts';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

const driverError = (facts: { errno?: number; code?: string; fatal?: boolean }): Error =>
  Object.assign(new Error('what the server says'), { sql: 'INSERT secret', ...facts });

describe('explainMysql', () => {
  it.each([
    1015, 1037, 1038, 1040, 1041, 1047, 1053, 1077, 1135, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1205, 1206, 1213,
    1226, 1927, 2002, 2003, 2006, 2013, 2055, 3032, 3101, 3168, 3169, 4031,
  ])('marks the temporary error %i as retryable', (errno) => {
    expect(explainMysql(driverError({ errno }))).toMatchObject({
      code: expect.stringMatching(/^(?:busy|unavailable)$/),
      retryable: true,
    });
  });

  it.each([
    'ECONNRESET',
    'EPIPE',
    'ECONNABORTED',
    'PROTOCOL_CONNECTION_LOST',
    'ETIMEDOUT',
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EAI_AGAIN',
  ])('marks the lost connection %s as retryable', (code) => {
    expect(explainMysql(driverError({ code, errno: -104, fatal: true }))).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: 'MySQL reported: what the server says.',
    });
  });

  it.each([
    [1045, 'unauthorized', 'user and password'],
    [1130, 'unauthorized', 'from this host'],
    [1227, 'forbidden', 'lacks one of these privileges'],
    [1142, 'forbidden', 'INSERT, SELECT'],
    [1820, 'unauthorized', 'expired'],
    [1862, 'unauthorized', 'expired'],
    [3118, 'unauthorized', 'ACCOUNT UNLOCK'],
    [3955, 'unauthorized', 'too many wrong passwords'],
    [3159, 'forbidden', 'Encrypt Only'],
    [3989, 'forbidden', 'read-only'],
    [1290, 'forbidden', 'primary server'],
    [1836, 'forbidden', 'primary server'],
    [3948, 'forbidden', 'local_infile = ON'],
    [3750, 'forbidden', 'primary key'],
    [1153, 'invalid-input', 'max_allowed_packet'],
    [3140, 'invalid-input', 'valid JSON'],
    [3157, 'invalid-input', 'valid JSON'],
    [1292, 'invalid-input', 'Correct the value'],
    [1366, 'invalid-input', 'Correct the value'],
    [1416, 'invalid-input', 'Geometry'],
    [1526, 'invalid-input', 'partition'],
    [3819, 'invalid-input', 'CHECK'],
    [1062, 'conflict', 'Upsert'],
    [1452, 'conflict', 'REFERENCES'],
    [1451, 'conflict', 'Append'],
    [1114, 'unavailable', 'full'],
    [1317, 'cancelled', 'canceled'],
  ])('explains the error %i: %s', (errno, code, hint) => {
    expect(explainMysql(driverError({ errno }), 'INSERT INTO t')).toMatchObject({
      code,
      retryable: false,
      hint: hinting(hint),
      message: expect.not.stringContaining('secret'),
    });
  });

  it('includes the number of an unknown error', () => {
    expect(explainMysql(driverError({ errno: 9999 }))).toMatchObject({
      code: 'unavailable',
      retryable: false,
      message: 'MySQL reported: what the server says (error 9999).',
    });
  });
});

/** An error packet, which a server sends instead of its greeting. */
function refusal(errno: number, message: string): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, errno & 0xff, errno >> 8]), Buffer.from(message)]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

describe.each(mysqlProducts)('A connection to %s', (_product, start) => {
  const { server, address } = useMysql(start);

  /** Opens the server through a proxy that refuses the first connections. */
  const openBehind = async (refusals: number, errno: number): Promise<{ opened: unknown; pauses: number[] }> => {
    let left = refusals;
    const door = createServer((socket) => {
      socket.on('error', () => undefined);
      if (left > 0) {
        left -= 1;
        socket.end(refusal(errno, 'not yet'));
        return;
      }
      const inner = connect(server().port, '127.0.0.1');
      inner.on('error', () => undefined);
      socket.pipe(inner).pipe(socket);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => door.once('listening', resolve));
    const pauses: number[] = [];
    const behind = address().replace(`:${server().port}/`, `:${(door.address() as AddressInfo).port}/`);
    try {
      const target = await openTarget(behind, { sleep: async (milliseconds) => void pauses.push(milliseconds) });
      const opened = await target.describe();
      await target.close();
      return { opened, pauses };
    } catch (error) {
      return { opened: error, pauses };
    } finally {
      door.close();
    }
  };

  it.each([
    [1040, 'has no free connection'],
    [1053, 'is starting or stopping'],
    [3032, 'is offline for a short time'],
  ])('is retried with growing pauses while the server reports %i: it %s', async (errno) => {
    const { opened, pauses } = await openBehind(2, errno);
    expect([opened, pauses]).toEqual([expect.stringContaining('warehouse'), [1000, 2000]]);
  });

  it('fails with a retryable error after 30 seconds of pauses', async () => {
    const { opened, pauses } = await openBehind(100, 1040);
    expect(opened).toMatchObject({ code: 'busy', retryable: true });
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(30_000);
    expect(pauses.length).toBeGreaterThan(3);
  });

  it('is not retried when the server refuses the login', async () => {
    const { opened, pauses } = await openBehind(1, 1130);
    expect([opened, pauses]).toEqual([expect.objectContaining({ code: 'unauthorized' }), []]);
  });
});
