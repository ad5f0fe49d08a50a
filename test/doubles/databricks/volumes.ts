import { zipSync } from 'fflate';
import { claimsCsv } from '../quantemplate/claims-csv.ts';

const claims = Buffer.concat([...claimsCsv(300)]);
const landing = '/Volumes/main/claims/landing';

/** The readable files of the volume, by path. */
export const volumeFiles: Record<string, Buffer> = {
  [`${landing}/claims.csv`]: claims,
  [`${landing}/claims of 100 % & more.csv`]: Buffer.from('a,b\n1,2\n'),
  [`${landing}/claims.zip`]: Buffer.from(zipSync({ 'claims.csv': claims })),
  ...Object.fromEntries(
    Array.from({ length: 1_005 }, (_, index) => [
      `${landing}/daily/${String(index + 1).padStart(4, '0')}.csv`,
      Buffer.from('a,b\n1,2\n'),
    ]),
  ),
};

/** The content of a folder, folders first; undefined when it does not exist. */
export function listFolder(folder: string): Record<string, unknown>[] | undefined {
  const path = folder.replace(/\/+$/, '');
  const below = Object.keys(volumeFiles).filter((file) => file.startsWith(`${path}/`));
  if (below.length === 0) return undefined;
  const folders = new Set(
    below
      .map((file) => file.slice(path.length + 1).split('/'))
      .flatMap(([first, rest]) => (rest === undefined ? [] : [first])),
  );
  return [
    ...[...folders].map((name) => ({
      path: `${path}/${name}/`,
      is_directory: true,
      name,
      last_modified: 1_763_625_600_000,
    })),
    ...below
      .filter((file) => !file.slice(path.length + 1).includes('/'))
      .map((file) => ({
        path: file,
        is_directory: false,
        file_size: volumeFiles[file]?.length ?? 0,
        name: file.split('/').pop(),
        last_modified: 1_763_625_600_000,
      })),
  ];
}
