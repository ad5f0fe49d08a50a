import type { Context } from '../define/context.ts';
import { readUntilAborted } from '../datasets/bytes/read-until-aborted.ts';
import type { Bytes } from '../host/bytes.ts';
import { PipewrightError } from '../host/error.ts';
import type { OpenedFile } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { openUrl } from '../http/open-url.ts';
import { openSource, type DatasetSource } from './dataset-sources.ts';

function missing(label: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message: `“${label}” is missing.`, hint });
}

/** @throws PipewrightError `invalid-input`, without the URL, which may contain a secret */
function fileUrl(input: string): URL {
  const url = /^https?:\/\//i.test(input) && URL.canParse(input) ? new URL(input) : undefined;
  if (url && !url.username && !url.password) return url;
  throw new PipewrightError({
    code: 'invalid-input',
    message: url ? '“File URL” must not contain a user name or password.' : '“File URL” is not a valid URL.',
    hint: url
      ? 'Download a file that requires a login in a previous step, and use Binary File.'
      : 'Enter a URL that starts with https://, such as https://files.example.com/claims.csv.',
  });
}

/**
 * Opens the chosen dataset.
 * @param endsAt deadline for the response of a URL, in milliseconds since 1970. Default: none
 * @throws PipewrightError `invalid-input` when no file was chosen, and errors of the source
 */
export async function openDataset(
  sources: readonly DatasetSource[],
  input: { source: string; file?: unknown; url?: string | undefined },
  context: Context<unknown>,
  endsAt?: number,
): Promise<OpenedFile> {
  const source = sources.find(({ key }) => key === input.source);
  if (source) return openSource(source, input, context);
  if (input.source === 'url') {
    if (input.url === undefined) throw missing('File URL', 'Enter the URL of the file.');
    return openUrl(fileUrl(input.url), context.host, endsAt);
  }
  if (input.file === undefined) throw missing('File', 'Select a file.');
  const incoming = await context.host.files.read(input.file);
  const { name, mediaType, size } = incoming;
  return withoutUndefined({ name, mediaType, size, bytes: await incoming.open() });
}

/**
 * Opens the chosen dataset for a form that is being filled in: the response of a URL, and reading it, end with a time limit.
 * @param limitMs how long the form waits, in milliseconds
 * @throws PipewrightError `timed-out` while it is read, and the errors of `openDataset`
 */
export async function openForForm(
  sources: readonly DatasetSource[],
  input: Parameters<typeof openDataset>[1],
  context: Context<unknown>,
  limitMs = 8_000,
): Promise<OpenedFile> {
  const { host } = context;
  const endsAt = host.now() + limitMs;
  const file = await openDataset(sources, input, context, endsAt);
  return { ...file, bytes: readInTime(file.bytes, AbortSignal.timeout(Math.max(1, endsAt - host.now()))) };
}

async function* readInTime(bytes: Bytes, signal: AbortSignal): Bytes {
  try {
    yield* readUntilAborted(bytes, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new PipewrightError({
      code: 'timed-out',
      message: 'The file could not be read in time.',
      hint: 'Enter the value instead of selecting it from the list.',
    });
  }
}
