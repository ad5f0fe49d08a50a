import { createHmac, randomBytes } from 'node:crypto';
import { hmacKey, hmacSha256 } from '../../../shared/src/webhooks/schemes/hmac-sha256.ts';

const hex = (key: Buffer, before: string, body: Buffer): string => hmacSha256(hmacKey(key), before, body).toString('hex');

describe('hmacSha256', () => {
  // RFC 4231, test cases 1, 2, 3, 6 and 7.
  it.each([
    [Buffer.alloc(20, 0x0b), Buffer.from('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [Buffer.alloc(20, 0xaa), Buffer.alloc(50, 0xdd), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [Buffer.alloc(131, 0xaa), Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'), '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'],
    [Buffer.alloc(131, 0xaa), Buffer.from('This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.'), '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2'],
  ])('gives the known answer %#', (key, body, expected) => {
    expect(hex(key, '', body)).toBe(expected);
  });

  it('agrees with Node for keys and messages of every length, one after the other', () => {
    const lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000, 16_383, 16_384, 16_385, 100_000];
    for (const keyLength of [1, 24, 63, 64, 65, 200]) {
      for (const length of lengths) {
        for (const before of ['', 'v0:1763625600:', 'msg_ü🚀.1763625600.']) {
          const [key, body] = [randomBytes(keyLength), randomBytes(length)];
          expect(hex(key, before, body)).toBe(createHmac('sha256', key).update(before).update(body).digest('hex'));
        }
      }
    }
  });
});
