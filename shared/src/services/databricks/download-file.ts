import * as v from 'valibot';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { given, shown, shownText } from '../../http/answer-shape.ts';
import { fileOfAnswer } from '../../http/file-of-answer.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { volumeAddress } from './volumes.ts';

const folderShape = v.object({
  contents: given(
    v.array(
      v.object({ path: v.string(), name: shownText, is_directory: given(v.boolean()), file_size: shown(v.number()) }),
    ),
  ),
  next_page_token: given(v.string()),
});

const hints: Partial<Record<PipewrightError['code'], string>> = {
  forbidden:
    'Ask an administrator of the catalog to give the user or service principal of the connection READ VOLUME on the volume, and USE CATALOG and USE SCHEMA above it.',
  'not-found':
    'Check the path: upper and lower case matter. Pick the file from the list, or copy its path in Catalog Explorer.',
};

function explained(error: unknown): unknown {
  const hint = error instanceof PipewrightError ? hints[error.code] : undefined;
  return hint === undefined ? error : withDetails(error as PipewrightError, { hint });
}

const sizeOf = (bytes: number | undefined): string =>
  bytes === undefined
    ? ''
    : bytes < 1_000_000
      ? ` (${Math.ceil(bytes / 1000)} KB)`
      : ` (${Math.round(bytes / 1_000_000)} MB)`;

/**
 * The files of a folder, without those in folders below it.
 * @see https://docs.databricks.com/api/workspace/files/listdirectorycontents
 */
const fileChoices = defineChoices<DatabricksConnection>({
  key: 'files',
  needs: ['folder'],
  async load({ input, search: wanted, page }, context) {
    try {
      const address = volumeAddress(context.connection, 'directories', String(input['folder']), 'Folder');
      const { contents = [], next_page_token: nextPage } = await openDatabricks(context).json(
        'GET',
        address,
        folderShape,
        { query: { page_size: 1000, page_token: page } },
      );
      const files = contents.filter((entry) => entry.is_directory !== true);
      const choices = files.map(({ path, name, file_size: size }) => ({
        value: path,
        label: `${name ?? path.split('/').pop() ?? path}${sizeOf(size)}`,
      }));
      return { choices: search(choices, wanted), ...(nextPage && nextPage !== page ? { nextPage } : {}) };
    } catch (error) {
      throw explained(error);
    }
  },
});

/**
 * Fetches a file of a volume of Unity Catalog, of any size.
 * @see https://docs.databricks.com/api/workspace/files/download
 */
export const downloadFile = defineDownload<DatabricksConnection>()({
  key: 'downloadFile',
  name: 'Download File',
  resource: 'File',
  description: 'Downloads a file of a volume of Unity Catalog.',
  input: {
    folder: v.optional(
      text({
        label: 'Folder',
        help: 'The volume, or a folder in it, whose files are to be listed below. Not needed when you type the path of the file.',
        placeholder: '/Volumes/main/claims/landing',
      }),
    ),
    path: text({
      label: 'File Path',
      help: 'Pick a file of the folder, or type its complete path, which Catalog Explorer copies.',
      placeholder: '/Volumes/main/claims/landing/claims.csv',
      choices: fileChoices,
    }),
  },
  output: {
    path: text({ label: 'File Path' }),
    size: v.optional(integer({ label: 'Size in Bytes' })),
  },
  sample: { path: '/Volumes/main/claims/landing/claims.csv', size: 12_511_200 },
  async open({ path }, context) {
    try {
      const answer = await openDatabricks(context).stream(
        volumeAddress(context.connection, 'files', path, 'File Path'),
        { headers: { accept: '*/*' } },
      );
      const opened = fileOfAnswer(answer, path);
      return { ...opened, details: { path, ...(opened.size === undefined ? {} : { size: opened.size }) } };
    } catch (error) {
      throw explained(error);
    }
  },
});
