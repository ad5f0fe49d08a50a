import { claimsColumns } from '../support/claims-file.ts';
import { runCommand } from '../support/machine/command.ts';
import { startPostgres } from '../support/machine/postgres.ts';
import { findPsql } from '../support/machine/tools.ts';
import { packedPackage } from '../adapters/n8n/build-package.ts';
import { ownWorkflow, runMeasured, urlWorkflow } from '../support/n8n-server/dataset-workflows.ts';
import { startN8n } from '../support/n8n-server/n8n-server.ts';
import { withFile } from './datasets.ts';
import { median, type BenchResult } from './result.ts';
import { withDownloads } from './with-downloads.ts';

/** Loads a dataset from a URL into PostgreSQL in a real n8n: *Load Dataset* against n8n's own nodes. */
export async function benchN8nDatasets({ megabytes = 100, rounds = 2 } = {}): Promise<BenchResult[]> {
  const psql = await findPsql(console.log);
  const postgres = await startPostgres({ settings: { max_wal_size: '4GB', checkpoint_timeout: '30min' } });
  try {
    return await withFile(megabytes, ({ file }) =>
      withDownloads(file, async (address) => {
        const n8n = await startN8n({
          packages: [await packedPackage('pipewright-sql')],
          // n8n's own nodes need this much heap.
          env: {
            NODE_OPTIONS: '--max-old-space-size=12000',
            N8N_RESTRICT_FILE_ACCESS_TO: '',
            EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
            N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
          },
        });
        try {
          const columns = claimsColumns.map(([name]) => name);
          const fresh = () =>
            runCommand(psql, [
              postgres.url,
              '-qX',
              '-c',
              'DROP TABLE IF EXISTS own',
              '-c',
              `CREATE TABLE own (${columns.map((name) => `"${name}" text`).join(', ')})`,
            ]);
          const ours = await urlWorkflow(n8n, address, postgres, { table: 'claims', mode: 'replace' });
          const theirs = await ownWorkflow(n8n, address, postgres, 'own', columns);
          const times: number[] = [];
          const memories: number[] = [];
          const notes: string[] = [];
          for (let round = 0; round < rounds; round += 1) {
            const mine = await runMeasured(n8n, ours);
            await fresh();
            const own = await runMeasured(n8n, theirs, 1200);
            times.push(own.milliseconds / mine.milliseconds);
            // Our load may fit into memory that n8n already had, so the largest growth of all rounds counts.
            memories.push((own.peak - own.before) / Math.max(1, mine.peak - mine.before));
            notes.push(
              `${(mine.milliseconds / 1000).toFixed(1)} and ${(own.milliseconds / 1000).toFixed(1)} s, +${(mine.peak - mine.before).toFixed(0)} and +${(own.peak - own.before).toFixed(0)} MB`,
            );
          }
          const against = 'HTTP Request → Extract from File → Postgres, in the same n8n';
          return [
            {
              name: `${megabytes} MB into PostgreSQL in n8n (relative speed)`,
              against,
              ratio: median(times),
              target: { kind: 'at least', value: 30 },
              notes: notes.join('; '),
            },
            {
              name: `${megabytes} MB into PostgreSQL in n8n (relative memory)`,
              against,
              ratio: Math.min(...memories),
              target: { kind: 'at least', value: 25 },
            },
          ] satisfies BenchResult[];
        } finally {
          await n8n.stop();
        }
      }),
    );
  } finally {
    await postgres.stop();
  }
}
