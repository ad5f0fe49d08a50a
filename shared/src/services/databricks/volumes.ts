import { PipewrightError } from '../../host/error.ts';
import { service, workspaceAddress } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';

/**
 * The URL of a volume path in the Files API.
 * @param label label of the field with the path
 * @see https://docs.databricks.com/api/workspace/files
 * @throws PipewrightError `invalid-input` if it is not a volume path
 */
export function volumeAddress(
  connection: DatabricksConnection,
  kind: 'files' | 'directories',
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
    rest.length < (kind === 'files' ? 4 : 3) ||
    segments.some((segment) => segment === '.' || segment === '..')
  ) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `“${label}” must be a volume path, but is “${path.slice(0, 100)}”.`,
      hint: `Check the path: /Volumes/<catalog>/<schema>/<volume>${kind === 'files' ? '/<file>' : ''}. You can copy it from Catalog Explorer.`,
    });
  }
  return `${workspaceAddress(connection)}/api/2.0/fs/${kind}/${segments.map(encodeURIComponent).join('/')}`;
}
