import { Readable } from 'node:stream';
import { toNodeStream } from '../../../n8n-nodes/adapter/streams.ts';

async function* pieces(count: number): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < count; piece += 1) yield Buffer.from(`${piece},`);
}

it('toNodeStream streams bytes chunk by chunk', async () => {
  const stream = toNodeStream(pieces(3));
  expect(stream).toBeInstanceOf(Readable);
  const read: string[] = [];
  for await (const piece of stream) read.push(String(piece));
  expect(read.join('')).toBe('0,1,2,');
});

it('toNodeStream returns a stream unchanged', () => {
  const stream = Readable.from([Buffer.from('a')]);
  expect(toNodeStream(stream)).toBe(stream);
});

it('toNodeStream passes on the error of its source', async () => {
  const broken = async function* () {
    yield Buffer.from('a');
    throw new Error('The well is dry');
  };
  await expect(
    (async () => {
      for await (const _piece of toNodeStream(broken()));
    })(),
  ).rejects.toThrow('The well is dry');
});
