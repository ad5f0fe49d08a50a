import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/**
 * Unpacks a zip as Lambda does with a function's code: files, folders, links, nothing outside `folder`.
 * It needs no external program: Node has the decompression, and the rest of the format is a table at the end.
 *
 * Returns the number of files written. Throws for a file that is not a zip, for the 64-bit format, and for an entry
 * that points outside the folder.
 *
 * The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function unzip(zipPath: string, folder: string): Promise<number> {
  const zip = await readFile(zipPath);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error(`${zipPath} is not a zip.`);
  const entryCount = zip.readUInt16LE(end + 10);
  if (entryCount === 0xffff) throw new Error(`${zipPath} is in the 64-bit format.`);

  let position = zip.readUInt32LE(end + 16);
  let written = 0;
  for (let index = 0; index < entryCount; index += 1) {
    const entry = readEntry(zip, position);
    position += entry.size;
    const target = resolve(folder, entry.name);
    if (!target.startsWith(resolve(folder) + sep)) throw new Error(`${entry.name} points outside of the zip.`);
    if (entry.name.endsWith('/')) {
      await mkdir(target, { recursive: true });
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    if ((entry.mode & FILE_TYPE) === SYMBOLIC_LINK) {
      await placeLink(folder, target, entry.content().toString());
    } else {
      await writeFile(target, entry.content());
      if (entry.mode & 0o111) await chmod(target, 0o755);
    }
    written += 1;
  }
  return written;
}

async function placeLink(folder: string, target: string, destination: string): Promise<void> {
  const pointsTo = resolve(dirname(target), destination);
  if (!pointsTo.startsWith(resolve(folder) + sep)) throw new Error(`${destination} points outside of the zip.`);
  await symlink(destination, target);
}

function readEntry(zip: Buffer, position: number) {
  if (zip.readUInt32LE(position) !== DIRECTORY_ENTRY) throw new Error('The directory of the zip is damaged.');
  const nameLength = zip.readUInt16LE(position + 28);
  const compressedSize = zip.readUInt32LE(position + 20);
  const start = zip.readUInt32LE(position + 42);
  return {
    name: zip.toString('utf8', position + 46, position + 46 + nameLength),
    mode: zip.readUInt16LE(position + 40),
    size: 46 + nameLength + zip.readUInt16LE(position + 30) + zip.readUInt16LE(position + 32),
    content(): Buffer {
      const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
      const bytes = zip.subarray(data, data + compressedSize);
      return zip.readUInt16LE(position + 10) === 0 ? bytes : inflateRawSync(bytes);
    },
  };
}
