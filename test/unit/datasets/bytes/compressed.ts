import { execFileSync } from 'node:child_process';
import type { Bytes } from '../../../../shared/src/host/bytes.ts';
import type { randomFrom } from '../../random.ts';

/** All bytes of a stream. */
export async function collect(bytes: Bytes): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The output of a command that reads its input to the end. */
export function filter(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(command, args, { input, maxBuffer: 1024 ** 3, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Contents of all kinds: a table, one repeated byte, noise, runs and text, of up to `maxSize` bytes. */
export function randomContent(random: ReturnType<typeof randomFrom>, maxSize: number): Buffer {
  const size = Math.floor(random() ** 3 * maxSize);
  const kind = Math.floor(random() * 5);
  const digit = (): number => Math.floor(random() * 10);
  const content = Buffer.alloc(size);
  if (kind === 0) for (let at = 0; at < size; at += 1) content[at] = Math.floor(random() * 256);
  else if (kind === 1) content.fill(65 + digit());
  else if (kind === 2)
    for (let at = 0; at < size; ) {
      const end = Math.min(size, at + 1 + Math.floor(random() ** 4 * 1000));
      content.fill(Math.floor(random() * 4), at, end);
      at = end;
    }
  else {
    const words = Array.from(
      { length: 2 + digit() * 30 },
      () => `${digit()}${digit()},claim ${Math.floor(random() * 1e6)}\n`,
    );
    for (let at = 0; at < size; ) at += content.write(words[Math.floor(random() * words.length)] ?? '', at) || size;
  }
  return content;
}
