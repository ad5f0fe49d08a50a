import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/host.ts';

/** From so many unpacked bytes on it is asked how far a file was packed. */
const unsuspicious = 16 * 1024 * 1024;

/** No table is packed further: text of one line that comes again and again comes to a few hundred. */
const mostTimes = 500;

/**
 * Unpacks bytes. Nothing is held but the piece at work; who stops reading stops the source.
 * @param format `gzip`, or what a ZIP holds: `deflate-raw`
 * @throws PipewrightError `cut-short` when they are damaged or end too soon, `bad-input` when a small file unpacks without end
 */
export async function* decompress(packed: Bytes, format: 'gzip' | 'deflate-raw'): Bytes {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let broken: unknown;
  let taken = 0;
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of packed) {
        taken += piece.length;
        await writer.write(piece as Uint8Array<ArrayBuffer>);
      }
    } catch (error) {
      broken = error;
      await writer.abort(error);
      return;
    }
    await writer.close();
  };
  // Reading fails with it too, so that nothing is lost when the failure is not looked at here.
  const feeding = feed().catch(() => undefined);
  let given = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      given += value.length;
      if (given > unsuspicious && given > taken * mostTimes) throw endless();
      yield value;
    }
  } catch (error) {
    if (broken instanceof PipewrightError) throw broken;
    throw error instanceof PipewrightError ? error : damaged(error);
  } finally {
    await reader.cancel().catch(() => undefined);
    await feeding;
  }
}

/** What packed bytes raise that are not as they were packed. */
export function damaged(cause?: unknown): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: 'The packed file is damaged or ended too soon.',
    hint: 'Run the step again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function endless(): PipewrightError {
  return new PipewrightError({
    code: 'bad-input',
    message: `The packed file unpacks to more than ${mostTimes} times its size, which no table does.`,
    hint: 'Find out where the file comes from: such files are made to fill disks.',
  });
}
