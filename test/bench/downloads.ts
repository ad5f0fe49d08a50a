import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import { quantemplate } from '../../shared/src/services/quantemplate/service.ts';
import { claimsPieces } from '../support/claims-file.ts';
import { runCommand } from '../support/machine/command.ts';
import { findCurl } from '../support/machine/tools.ts';
import { compare, type BenchResult } from './result.ts';
import { withDownloads } from './with-downloads.ts';

const download = quantemplate.operations.find(({ key }) => key === 'downloadDataset');

/** Downloads a Quantemplate dataset to disk, login included, against curl. */
export async function benchDownload({ megabytes = 500, rounds = 5 } = {}): Promise<BenchResult[]> {
  const curl = await findCurl(console.log);
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-download-'));
  const file = join(folder, 'source.csv');
  const descriptor = openSync(file, 'w');
  for (const piece of claimsPieces(Math.ceil((megabytes * 1_000_000) / 252))) writeSync(descriptor, piece);
  closeSync(descriptor);
  try {
    return await withDownloads(file, async (address) => {
      const connection = checkInput(quantemplate.connection.fields, {
        clientId: 'id',
        clientSecret: 'secret',
        organisationId: 'c-contoso',
        apiUrl: address,
        loginUrl: `${address}/token`,
      });
      const host = nodeHost({ folder: join(folder, 'saved') });
      const { size } = statSync(file);
      const { ratio, first, second } = await compare(
        rounds,
        async () => {
          const input = checkInput(download?.input ?? {}, { dataset: 'd-claims' });
          const saved = (await download?.run(input as never, { host, connection } as never)) as {
            file: { size: number };
          };
          if (saved.file.size !== size) throw new Error(`${saved.file.size} of ${size} bytes came.`);
        },
        () => runCommand(curl, ['-s', '-o', join(folder, 'curl.csv'), `${address}/organisations/c/datasets/d`]),
      );
      const rate = (milliseconds: number): string => `${Math.round(size / 1000 / milliseconds)} MB/s`;
      return [
        {
          name: 'Download a 500 MB dataset to a file',
          against: 'curl -o',
          ratio,
          target: { kind: 'at most', value: 1.3 },
          notes: `${rate(first)} and ${rate(second)}; ${Math.round(size / 1e6)} MB`,
        },
      ];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
