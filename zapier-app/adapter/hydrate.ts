import { Readable } from 'node:stream';
import type { Bundle, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { callService, type Save } from './call.ts';
import { gatherInput } from './declared-fields.ts';
import { zapierError } from './error.ts';
import { keyOf } from './names.ts';
import type { DownloadFile, Settings } from './settings.ts';

/** A pointer to a file: the operation that fetches it and its input. Never a connection. */
interface FilePointer extends Record<string, unknown> {
  operation: string;
  input: Record<string, unknown>;
}

/** Streams bytes to Zapier's file storage; returns the URL of the file. */
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
 * Returns a pointer instead of fetching the file: Zapier runs the operation again when a later step needs it. The stream is
 * already open, so a missing file fails now; its bytes are not read.
 */
export function pointTo(z: ZObject, downloadFile: DownloadFile, pointer: FilePointer): Save {
  return () => Promise.resolve(z.dehydrateFile(downloadFile, pointer));
}

/** The hydrator: runs the operation of a pointer again and stores the file that it saves. */
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
          message: 'The step that created this file is no longer part of the app.',
          hint: 'Select the step again in the Zap editor.',
        }),
        z,
      );
    const { service, operation } = found;
    let url: string | undefined;
    const keep = stash(z);
    await callService<unknown>(
      { z, bundle, settings: settings(), service },
      (context) => operation.run(gatherInput(operation.input, input), context),
      async (file) => (url = String(await keep(file))),
    );
    if (url === undefined)
      throw zapierError(
        new PipewrightError({
          code: 'not-found',
          message: `The file no longer exists in ${service.name}.`,
          hint: 'Run the step that creates the file again.',
        }),
        z,
      );
    return url;
  };
}
