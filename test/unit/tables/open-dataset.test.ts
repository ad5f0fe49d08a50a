import { openForForm } from '../../../shared/src/tables/open-dataset.ts';
import { fakeHost } from '../fake-host.ts';

it('A form does not wait for a file that never ends', async () => {
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a,b\n');
    await new Promise(() => undefined);
  }
  const file = { name: 'slow.csv', mediaType: 'text/csv', size: undefined, open: async () => stalled() };
  const host = fakeHost({ files: { save: async () => undefined, read: async () => file } });
  const { bytes } = await openForForm([], { source: 'file', file: 'data' }, { host, connection: {} }, 20);
  const read: Uint8Array[] = [];
  const reading = (async () => {
    for await (const piece of bytes) read.push(piece);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'timed-out', message: 'The file could not be read in time.' });
  expect(Buffer.concat(read).toString()).toBe('a,b\n');
});
