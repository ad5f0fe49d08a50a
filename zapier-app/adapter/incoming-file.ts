import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { Host, IncomingFile, OpenedFile } from '../../shared/src/host/host.ts';
import { openUrl } from '../../shared/src/http/open-url.ts';

/**
 * Opens a file that Zapier passes as a URL: of a previous step, or one that the user entered. Its bytes are streamed.
 * @throws PipewrightError `invalid-input` when the value is not a URL; errors of `openUrl`
 */
export async function readFile(host: Host, value: unknown): Promise<IncomingFile> {
  const text = typeof value === 'string' ? value.trim() : '';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new PipewrightError({
      code: 'invalid-input',
      message: 'The file field does not contain a file.',
      hint: 'Map the File field of a previous step, or enter the URL of a file that starts with https://.',
    });
  }
  const fetchFile = () => openUrl(new URL(text), host).catch(unavailable);
  const { bytes, ...file } = await fetchFile();
  let unread: Bytes | undefined = bytes;
  return {
    ...file,
    async open() {
      const opened = unread ?? (await fetchFile()).bytes;
      unread = undefined;
      return opened;
    },
  };
}

/** Files of previous steps expire, and their host says nothing to a user. */
function unavailable(error: unknown): OpenedFile {
  if (!(error instanceof PipewrightError) || error.status === undefined) throw error;
  const { code, status, retryable } = error;
  throw new PipewrightError({
    code,
    message: `The file could not be downloaded (status ${status}).`,
    hint: 'Zapier keeps the files of a step for a limited time: run the step that creates the file again. If you entered a URL, it must be that of a file that requires no login.',
    status,
    retryable,
  });
}
