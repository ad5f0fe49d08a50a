import { PipewrightError } from '../../host/error.ts';
import { service, workspaceAddress } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';

/**
 * The address at which the interface for files has a path of a volume.
 * @param what `files` for a file, `directories` for a folder
 * @param label the field that the path was typed into
 * @see https://docs.databricks.com/api/workspace/files
 * @throws PipewrightError `bad-input` for what is no path of a volume
 */
export function volumeAddress(
  connection: DatabricksConnection,
  what: 'files' | 'directories',
  path: string,
  label: string,
): string {
  const segments = path
    .replace(/^dbfs:/i, '')
    .split('/')
    .filter((segment) => segment !== '');
  const [root, ...rest] = segments;
  if (
    root !== 'Volumes' ||
    rest.length < (what === 'files' ? 4 : 3) ||
    segments.some((segment) => segment === '.' || segment === '..')
  ) {
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: `“${label}” is not a path of a volume: ${path.slice(0, 100)}.`,
      hint: `Check the path: it begins with /Volumes/, then come catalog, schema and volume${what === 'files' ? ', and the file' : ''}. Copy it in Catalog Explorer.`,
    });
  }
  return `${workspaceAddress(connection)}/api/2.0/fs/${what}/${segments.map(encodeURIComponent).join('/')}`;
}
