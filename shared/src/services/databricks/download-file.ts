import * as v from 'valibot';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { optionalField, displayField, displayText } from '../../http/response-schema.ts';
import { responseFile } from '../../http/response-file.ts';
import { defineChoices, search } from '../../define/choice-list.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { volumeAddress } from './volumes.ts';

const folderShape = v.object({
  contents: optionalField(
    v.array(
      v.object({
        path: v.string(),
        name: displayText,
        is_directory: optionalField(v.boolean()),
        file_size: displayField(v.number()),
      }),
    ),
  ),
  next_page_token: optionalField(v.string()),
});

const hints: Partial<Record<PipewrightError['code'], string>> = {
  forbidden:
    'Ask a catalog administrator to grant the user or service principal READ VOLUME on the volume, USE SCHEMA on its schema and USE CATALOG on its catalog.',
  'not-found':
    'Check the path, which is case-sensitive. Select the file from the list, or copy its path from Catalog Explorer.',
};

function withHint(error: unknown): unknown {
  if (!(error instanceof PipewrightError)) return error;
  const hint = hints[error.code];
  return hint === undefined ? error : withDetails(error, { hint });
}

const sizeOf = (bytes: number | undefined): string =>
  bytes === undefined
    ? ''
    : bytes < 1_000_000
      ? ` (${Math.ceil(bytes / 1000)} KB)`
      : ` (${Math.round(bytes / 1_000_000)} MB)`;

/**
 * The files of a folder, without subfolders.
 * @see https://docs.databricks.com/api/workspace/files/listdirectorycontents
 */
const fileChoices = defineChoices<DatabricksConnection>({
  key: 'files',
  needs: ['folder'],
  async load({ input, search: query, page }, context) {
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
      return { choices: search(choices, query), ...(nextPage && nextPage !== page ? { nextPage } : {}) };
    } catch (error) {
      throw withHint(error);
    }
  },
});

/**
 * Downloads a file of any size from a Unity Catalog volume.
 * @see https://docs.databricks.com/api/workspace/files/download
 */
export const downloadFile = defineDownload<DatabricksConnection>()({
  key: 'downloadFile',
  name: 'Download File',
  resource: 'File',
  description: 'Downloads a file from a Unity Catalog volume.',
  input: {
    folder: v.optional(
      text({
        label: 'Folder',
        help: 'The volume or folder to list files from. Not needed if you enter the full file path below.',
        placeholder: '/Volumes/main/claims/landing',
      }),
    ),
    path: text({
      label: 'File Path',
      help: 'Select a file from the folder, or enter its full path. You can copy the path from Catalog Explorer.',
      placeholder: '/Volumes/main/claims/landing/claims.csv',
      identifier: 'Path',
      choices: fileChoices,
    }),
  },
  output: {
    path: text({ label: 'File Path' }),
    size: v.optional(integer({ label: 'Size (Bytes)' })),
  },
  sample: { path: '/Volumes/main/claims/landing/claims.csv', size: 12_511_200 },
  async open({ path }, context) {
    try {
      const answer = await openDatabricks(context).stream(
        volumeAddress(context.connection, 'files', path, 'File Path'),
        { headers: { accept: '*/*' } },
      );
      const opened = responseFile(answer, path);
      return { ...opened, details: withoutUndefined({ path, size: opened.size }) };
    } catch (error) {
      throw withHint(error);
    }
  },
});
