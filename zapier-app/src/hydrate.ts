import { Readable } from 'node:stream';
import type { Bundle, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import { callService, type Save } from './call.ts';
import { zapierError } from './error.ts';
import { keyOf } from './names.ts';
import type { DownloadFile, Settings } from './settings.ts';

/** What a pointer to a file carries: the operation that fetches it and what was filled in; never a connection. */
interface FilePointer extends Record<string, unknown> {
  operation: string;
  input: Record<string, unknown>;
}

/** Stores bytes at Zapier as they come; gives back the address of the file. */
export function stash(z: ZObject): Save {
  return async ({ bytes, name, mediaType }) => {
    const source = Readable.from(bytes, { objectMode: false });
    let failure: unknown;
    source.on('error', (error) => (failure = error));
    try {
      return await z.stashFile(source, undefined, name, mediaType);
    } catch (error) {
      throw failure ?? error;
    }
  };
}

/**
 * Points to a file instead of fetching it: Zapier fetches it by running the operation again when a later step needs it.
 * The stream has been opened, so that a file that is not there fails now; its bytes are left unread.
 */
export function pointTo(z: ZObject, downloadFile: DownloadFile, pointer: FilePointer): Save {
  return () => Promise.resolve(z.dehydrateFile(downloadFile, pointer));
}

/** The hydrator: runs the operation that a pointer names once more and stores the file that it saves. */
export function hydratorOf(settings: () => Settings): DownloadFile {
  return async (z: ZObject, bundle: Bundle): Promise<string> => {
    const { operation: key, input } = bundle.inputData as FilePointer;
    const found = settings()
      .services.flatMap((service) => service.operations.map((operation) => ({ service, operation })))
      .find(({ service, operation }) => keyOf(service, operation) === key);
    if (!found)
      throw zapierError(
        new PipewrightError({
          code: 'not-found',
          message: 'The step that made this file is no longer part of the app.',
          hint: 'Choose the step again in the editor.',
        }),
        z,
      );
    const { service, operation } = found;
    let address: string | undefined;
    const keep = stash(z);
    await callService<unknown>(
      z,
      bundle,
      settings(),
      service,
      (context) => operation.run(checkInput(operation.input, input), context),
      async (file) => (address = String(await keep(file))),
    );
    if (address === undefined)
      throw zapierError(
        new PipewrightError({
          code: 'not-found',
          message: `${service.name} has no file any more.`,
          hint: 'Run the step that makes the file again.',
        }),
        z,
      );
    return address;
  };
}
