import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { documentKind, documentOfMimetype, isDocumentPart, isWorkbookPart } from './zip-documents.ts';
import { notATable } from './refuse-binary.ts';
import { zipEntries, type ZipEntry } from './zip-entries.ts';

/** Extensions of datasets, optionally compressed themselves. */
const datasetName = /\.(?:(?:csv|tsv|jsonl|ndjson|txt)(?:\.(?:gz|zst|bz2))?|xls[xm]|parquet)$/i;

/** Compressed bytes of a file with another extension to hold until it is known whether a dataset follows. */
const maxHeldBytes = 1024 * 1024;

/** File names in an error message. */
const maxNames = 20;

/** Whether an entry is a folder or macOS metadata. */
const isIgnored = (name: string): boolean => name.endsWith('/') || /(^|\/)(__MACOSX\/|\._|\.DS_Store$)/.test(name);

const isNamed = (name: string, wanted: string): boolean => {
  const path = wanted.replaceAll('\\', '/');
  return name === path || name.split('/').pop() === path;
};

async function* inOrder(pieces: readonly Uint8Array[], rest?: AsyncIterator<Uint8Array>): Bytes {
  yield* pieces;
  if (rest) yield* { [Symbol.asyncIterator]: () => rest };
}

/** The text of a small file. */
async function smallText(entry: ZipEntry): Promise<string> {
  let text = '';
  for await (const piece of entry.content()) if (text.length < 1_000) text += Buffer.from(piece).toString('latin1');
  return text;
}

async function skip(entry: ZipEntry): Promise<void> {
  for await (const _piece of entry.packed());
}

/**
 * Decompresses the dataset in a ZIP: the named file, the only file, or the only one with the extension `.csv`, `.tsv`,
 * `.jsonl`, `.ndjson`, `.txt`, `.xlsx`, `.xlsm` or `.parquet`. It streams, so a second such file is only detected after the first one. The sizes
 * declared in the ZIP are not trusted.
 * @param wanted name of the file, with or without its folders
 * @throws PipewrightError `invalid-input` for an ambiguous or encrypted file or an Office document; `incomplete` for a damaged
 * or truncated ZIP; `empty-dataset` for a ZIP without files
 */
export async function* unzip(bytes: Bytes, wanted?: string): Bytes {
  const reader = new ByteReader(bytes);
  const names: string[] = [];
  let given = 0;
  let held: { entry: ZipEntry; pieces: Uint8Array[] } | undefined;
  try {
    for await (const entry of zipEntries(reader)) {
      const { name } = entry;
      if (name === 'mimetype' && names.length === 0) {
        const kind = documentOfMimetype(await smallText(entry));
        if (kind) throw notATable(kind.name, kind.hint);
        names.push(name);
        continue;
      }
      const document = documentKind(name);
      if (document) throw notATable(document.name, document.hint);
      if (isWorkbookPart(name))
        throw notATable('an Excel workbook with its parts in an unusual order', 'Open it in Excel and save it again.');
      if (isDocumentPart(name)) {
        names.push(name);
        await skip(entry);
        continue;
      }
      const isFile = !isIgnored(name);
      if (isFile) names.push(name);
      const isWanted = isFile && (wanted === undefined ? datasetName.test(name) : isNamed(name, wanted));
      if (isWanted) {
        held = undefined;
        given += 1;
        if (given === 1) yield* entry.content();
        else await skip(entry);
      } else if (isFile && wanted === undefined && given === 0 && names.length === 1) {
        const pieces: Uint8Array[] = [];
        let size = 0;
        const rest = entry.packed()[Symbol.asyncIterator]();
        let next = await rest.next();
        for (; !next.done; next = await rest.next()) {
          pieces.push(next.value);
          size += next.value.length;
          if (size > maxHeldBytes) break;
        }
        if (next.done) held = { entry, pieces };
        else {
          given += 1;
          yield* entry.content(inOrder(pieces, rest));
        }
      } else {
        held = undefined;
        await skip(entry);
      }
    }
    if (given === 0 && held) yield* held.entry.content(inOrder(held.pieces));
    else if (given !== 1) throw unclear(names, wanted);
    else if (wanted === undefined && !names.some((name) => datasetName.test(name)) && names.length > 1)
      throw unclear(names, wanted);
  } finally {
    await reader.close();
  }
}

function unclear(names: readonly string[], wanted: string | undefined): PipewrightError {
  if (names.length === 0)
    return new PipewrightError({
      code: 'empty-dataset',
      message: 'The ZIP contains no files.',
      hint: 'Check the step that creates it.',
    });
  if (names.some(isDocumentPart))
    return notATable('an Office document', 'Save the table as CSV (UTF-8) and use that file.');
  const shown = names
    .slice(0, maxNames)
    .map((name) => `“${name.slice(0, 100)}”`)
    .join(', ');
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
  return new PipewrightError({
    code: 'invalid-input',
    message:
      wanted === undefined
        ? `The ZIP contains several files: ${shown}${more}.`
        : `The ZIP does not contain exactly one file named “${wanted}”. It contains ${shown}${more}.`,
    hint: `Enter the name of one of them under File in ZIP${wanted === undefined ? '' : ', including its folders'}.`,
  });
}
