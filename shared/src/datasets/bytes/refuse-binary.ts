import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { peekBytes } from './peek-bytes.ts';

/** Bytes to inspect. */
const sampleBytes = 4096;

const saveAsCsv = 'Save or export the table as CSV (UTF-8) and use that file.';
const saveAsXlsx = 'Save it as an Excel workbook (.xlsx), or the sheet as CSV (UTF-8), and use that file.';
const exportAsCsv = 'Export the table as CSV or JSON Lines and use that file.';
const unpackFirst = 'Extract the CSV file first, or compress it with ZIP, gzip, Zstandard or bzip2 instead.';
const wrongFile = 'Check that it is the right file.';

/** A file format that is not a dataset: its name, to follow "The file is", what to do, and its signature. */
interface Kind {
  name: string;
  hint: string;
  /** Signature as Latin-1 text. */
  start: string;
  /** Offset of the signature. Default: 0. */
  at?: number;
  /** Whether text can start with the signature too, so that binary data must follow. Default: false. */
  alsoText?: boolean;
}

const kinds: readonly Kind[] = [
  { name: 'an Avro file', hint: exportAsCsv, start: 'Obj\x01' },
  { name: 'an ORC file', hint: exportAsCsv, start: 'ORC', alsoText: true },
  { name: 'an Arrow or Feather file', hint: exportAsCsv, start: 'ARROW1\0' },
  { name: 'a Feather file', hint: exportAsCsv, start: 'FEA1', alsoText: true },
  { name: 'a SQLite database', hint: exportAsCsv, start: 'SQLite format 3\0' },
  { name: 'a DuckDB database', hint: exportAsCsv, start: 'DUCK', at: 8, alsoText: true },
  { name: 'an Access database', hint: exportAsCsv, start: '\0\x01\0\0Standard ' },
  { name: 'an HDF5 file', hint: exportAsCsv, start: '\x89HDF\r\n\x1a\n' },
  { name: 'a NumPy file', hint: exportAsCsv, start: '\x93NUMPY' },
  { name: 'a Stata file', hint: exportAsCsv, start: '<stata_dta><header>' },
  { name: 'an SPSS file', hint: exportAsCsv, start: '$FL2@(#)' },
  { name: 'an SPSS file', hint: exportAsCsv, start: '$FL3@(#)' },
  {
    name: 'an old Excel workbook (.xls) or another old Office document',
    hint: saveAsXlsx,
    start: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
  },
  { name: 'a very old Excel workbook', hint: saveAsXlsx, start: '\x09\x08\x10\0' },
  { name: 'a very old Excel workbook', hint: saveAsXlsx, start: '\x09\x08\x08\0' },
  { name: 'a very old Excel workbook', hint: saveAsXlsx, start: '\x09\x04\x06\0' },
  { name: 'a very old Excel workbook', hint: saveAsXlsx, start: '\x09\x02\x06\0' },
  { name: 'a very old Excel workbook', hint: saveAsXlsx, start: '\x09\0\x04\0' },
  { name: 'a PDF document', hint: 'Get the data as CSV, JSON Lines or a spreadsheet saved as CSV.', start: '%PDF-' },
  { name: 'an RTF document', hint: saveAsCsv, start: '{\\rtf' },
  { name: 'a PostScript file', hint: wrongFile, start: '%!PS' },
  { name: 'a 7z archive', hint: unpackFirst, start: '7z\xbc\xaf\x27\x1c' },
  { name: 'a RAR archive', hint: unpackFirst, start: 'Rar!\x1a\x07' },
  { name: 'a tar archive', hint: unpackFirst, start: 'ustar', at: 257, alsoText: true },
  { name: 'a file compressed with xz', hint: unpackFirst, start: '\xfd7zXZ\0' },
  { name: 'a file compressed with LZ4', hint: unpackFirst, start: '\x04\x22\x4d\x18' },
  { name: 'a file compressed with LZMA', hint: unpackFirst, start: '\x5d\0\0' },
  { name: 'a file compressed with lzip', hint: unpackFirst, start: 'LZIP', alsoText: true },
  { name: 'a file compressed with Snappy', hint: unpackFirst, start: '\xff\x06\0\0sNaPpY' },
  { name: 'a file compressed with compress (.Z)', hint: unpackFirst, start: '\x1f\x9d' },
  { name: 'a file compressed with zlib', hint: unpackFirst, start: '\x78\x9c', alsoText: true },
  { name: 'a PNG image', hint: wrongFile, start: '\x89PNG\r\n\x1a\n' },
  { name: 'a JPEG image', hint: wrongFile, start: '\xff\xd8\xff' },
  { name: 'a GIF image', hint: wrongFile, start: 'GIF8', alsoText: true },
  { name: 'a TIFF image', hint: wrongFile, start: 'II*\0' },
  { name: 'a TIFF image', hint: wrongFile, start: 'MM\0*' },
  { name: 'a WebP image, or an audio or video file', hint: wrongFile, start: 'RIFF', alsoText: true },
  { name: 'a bitmap image', hint: wrongFile, start: 'BM', alsoText: true },
  { name: 'a video file', hint: wrongFile, start: 'ftyp', at: 4, alsoText: true },
  { name: 'an audio file', hint: wrongFile, start: 'ID3', alsoText: true },
  { name: 'an executable program', hint: wrongFile, start: 'MZ', alsoText: true },
  { name: 'an executable program', hint: wrongFile, start: '\x7fELF' },
  { name: 'an executable program', hint: wrongFile, start: '\xcf\xfa\xed\xfe' },
  { name: 'an executable program', hint: wrongFile, start: '\xca\xfe\xba\xbe' },
  { name: 'an encrypted file (OpenSSL)', hint: 'Decrypt it first.', start: 'Salted__', alsoText: true },
  { name: 'an encrypted file (age)', hint: 'Decrypt it first.', start: 'age-encryption.org/v1\n' },
];

/** Whether bytes contain control characters that do not occur in text. */
export function isBinary(start: Uint8Array): boolean {
  return start.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x1a));
}

function kindOf(start: Uint8Array): Pick<Kind, 'name' | 'hint'> | undefined {
  const letters = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString('latin1');
  const found = kinds.find(
    ({ start: wanted, at = 0, alsoText }) => letters.startsWith(wanted, at) && (!alsoText || isBinary(start)),
  );
  if (found) return found.start.startsWith('\xd0\xcf') ? compoundFile(letters) : found;
  if (/^0[\x80-\x84][^]{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07/.test(letters))
    return { name: 'a signed or encrypted file (PKCS #7)', hint: 'Decrypt it first.' };
  return undefined;
}

/** The format of an OLE compound file, if its directory is in the first bytes. */
function compoundFile(letters: string): Pick<Kind, 'name' | 'hint'> {
  const has = (name: string): boolean => letters.includes(Array.from(name, (letter) => `${letter}\0`).join(''));
  if (has('EncryptedPackage'))
    return {
      name: 'a password-protected Excel workbook or another Office document',
      hint: 'Remove the password in Excel (File → Info → Protect Workbook), save it and use that file.',
    };
  if (has('WordDocument')) return { name: 'a Word document (.doc)', hint: saveAsCsv };
  if (has('__substg1.0'))
    return { name: 'an Outlook message (.msg)', hint: 'Save the attachment of the message and use that file.' };
  return { name: 'an old Excel workbook (.xls) or another old Office document', hint: saveAsXlsx };
}

/** Share of zero bytes at every n-th offset. */
function zeroShare(start: Uint8Array, remainder: number, of: number): number {
  let zeros = 0;
  let all = 0;
  for (let at = remainder; at < start.length; at += of) {
    all += 1;
    if (start[at] === 0) zeros += 1;
  }
  return all === 0 ? 0 : zeros / all;
}

/** Detects UTF-16 and UTF-32 without a byte order mark by their zero bytes. */
export function wideEncoding(start: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-32' | undefined {
  if (
    (start[0] === 0xff && start[1] === 0xfe && start[2] === 0 && start[3] === 0 && start.length > 4) ||
    (start[0] === 0 && start[1] === 0 && start[2] === 0xfe && start[3] === 0xff)
  )
    return 'utf-32';
  if (start.length < 8) return undefined;
  if (zeroShare(start, 2, 4) > 0.9 && (zeroShare(start, 3, 4) > 0.9 || zeroShare(start, 1, 4) > 0.9)) return 'utf-32';
  const even = zeroShare(start, 0, 2);
  const odd = zeroShare(start, 1, 2);
  if (odd > 0.6 && even < 0.05) return 'utf-16le';
  return even > 0.6 && odd < 0.05 ? 'utf-16be' : undefined;
}

/** Letters, digits and punctuation in EBCDIC. */
const ebcdic =
  /[\x40\x4b-\x50\x5a-\x61\x6b-\x6f\x7a-\x7f\x81-\x89\x91-\x99\xa2-\xa9\xc1-\xc9\xd1-\xd9\xe2-\xe9\xf0-\xf9\x0d\x15\x25]/g;

function isEbcdic(start: Uint8Array): boolean {
  if (start.length < 8 || start.includes(0x20) || start.includes(0x0a) || start.includes(0x2c)) return false;
  const letters = Buffer.from(start).toString('latin1');
  const digitsAndLetters =
    letters.match(/[\x81-\x89\x91-\x99\xa2-\xa9\xc1-\xc9\xd1-\xd9\xe2-\xe9\xf0-\xf9]/g)?.length ?? 0;
  return (letters.match(ebcdic)?.length ?? 0) / start.length > 0.97 && digitsAndLetters / start.length > 0.4;
}

/**
 * Passes text through and refuses other files by their first bytes: Parquet, old Excel workbooks, PDF, archives, images
 * and so on. A signature that text can start with, such as `ORC`, only counts if binary data follows.
 * @param wide whether the chosen encoding is UTF-16, in which zero bytes are normal
 * @throws PipewrightError `invalid-input` that names the format and what to do
 */
export async function* refuseBinary(bytes: Bytes, wide: boolean): Bytes {
  const { start, all } = await peekBytes(bytes, sampleBytes);
  const looked = start.subarray(0, sampleBytes);
  const found = kindOf(looked);
  if (found) throw notATable(found.name, found.hint);
  if (!wide) {
    if (wideEncoding(looked) === 'utf-32') throw notATable('text in UTF-32', 'Save it as UTF-8.');
    if (isEbcdic(looked)) throw notATable('text in EBCDIC, a mainframe encoding', 'Convert it to UTF-8 first.');
  }
  yield* all;
}

/** The error of a file that is not a table. */
export function notATable(name: string, hint: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: `The file is ${name}, not a CSV, JSON Lines, Excel or Parquet file.`,
    hint,
  });
}
