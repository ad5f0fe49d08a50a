import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Files, IncomingFile, OpenedFile } from '../../shared/src/host/host.ts';
import { connectionLost } from '../../shared/src/host/incomplete.ts';
import { toNodeStream } from './streams.ts';

/** A stored file that becomes binary data of an item. */
export class StoredBinary {
  readonly data: IBinaryData;

  constructor(data: IBinaryData) {
    this.data = data;
  }
}

async function* once(buffer: Buffer): Bytes {
  yield buffer;
}

async function save(context: IExecuteFunctions, { name, mediaType, bytes }: OpenedFile): Promise<StoredBinary> {
  try {
    return new StoredBinary(await context.helpers.prepareBinaryData(toNodeStream(bytes), name, mediaType));
  } catch (error) {
    if (error instanceof PipewrightError) throw error;
    // n8n reports its own errors, such as a full disk, with a reason; a broken connection only shows up as aborted.
    const { code, message } = error as { code?: string; message?: string };
    if (code === 'ECONNRESET' || /abort/i.test(message ?? '')) throw connectionLost();
    throw error;
  }
}

async function read(context: IExecuteFunctions, itemIndex: number, value: unknown): Promise<IncomingFile> {
  const binary = assertBinary(context, itemIndex, value);
  const buffered = binary.id ? undefined : await context.helpers.getBinaryDataBuffer(itemIndex, value as string);
  const size = buffered ? buffered.length : (await context.helpers.getBinaryMetadata(binary.id as string)).fileSize;
  return {
    name: binary.fileName ?? 'file',
    mediaType: binary.mimeType,
    size,
    open: async () => (buffered ? once(buffered) : context.helpers.getBinaryStream(binary.id as string)),
  };
}

function assertBinary(context: IExecuteFunctions, itemIndex: number, value: unknown): IBinaryData {
  try {
    return context.helpers.assertBinaryData(itemIndex, value as string);
  } catch {
    const available = Object.keys(context.getInputData()[itemIndex]?.binary ?? {});
    const name = typeof value === 'string' ? `“${value}”` : 'of that name';
    throw new PipewrightError({
      code: 'invalid-input',
      message: `The item has no file in the binary field ${name}.`,
      hint:
        available.length > 0
          ? `Set Input Binary Field to one of: ${available.join(', ')}.`
          : 'Add a node that outputs a file before this one.',
    });
  }
}

/** The files of n8n: binary data of items. */
export function filesOf(context: IExecuteFunctions, itemIndex: number): Files {
  return { save: (file) => save(context, file), read: (value) => read(context, itemIndex, value) };
}

/** Files for contexts without items, such as triggers and dropdowns. */
export const noFiles: Files = {
  save: () => Promise.reject(new PipewrightError({ code: 'invalid-input', message: 'Files cannot be stored here.' })),
  read: () =>
    Promise.reject(
      new PipewrightError({
        code: 'invalid-input',
        message: 'The file of a previous node can only be read during an execution.',
        hint: 'Enter the value instead of selecting it from the list.',
      }),
    ),
};
