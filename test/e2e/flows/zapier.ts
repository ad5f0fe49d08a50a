import { setTimeout as sleep } from 'node:timers/promises';
import { builtZip } from '../../adapters/zapier/built-zip.ts';
import { groupsOf } from '../../adapters/zapier/sandbox-accounts.ts';
import { runZap, startZap, type Zap, type ZapRun } from '../../support/zapier-runtime/zap.ts';
import { startZapierApps } from '../../support/zapier-runtime/zapier-apps.ts';
import { agreedSecret } from './cases/load-updated-dataset.ts';
import type { Platform, ReadyFlow } from './flow.ts';
import type { World } from './world.ts';
import { zapsOf } from './zaps.ts';

/** The connections of all apps, as a user enters them; each app gets its own values. */
function connectionOf({ sandbox, postgres }: World): Record<string, unknown> {
  const { host, port, database, user, password } = postgres;
  return {
    ...Object.assign({}, ...Object.values(groupsOf(sandbox))),
    quantemplate_webhookSecret: agreedSecret,
    sql_host: host,
    sql_port: port,
    sql_database: database,
    sql_user: user,
    sql_password: password,
    sql_ssl: 'off',
  };
}

/** The steps that ran. @throws Error with the message of a failed step */
function stepsOf({ status, steps }: ZapRun): string[] {
  const failed = steps.find((step) => step.status === 'failed' || step.status === 'halted');
  if (failed || status !== 'succeeded') throw new Error(`${failed?.name}: ${failed?.error?.message ?? status}`);
  return steps.filter((step) => step.status === 'succeeded').map(({ name }) => name);
}

/** The apps of the flows: each Zap combines several, as a user's would. */
const apps = ['quantemplate', 'azure', 'datasets', 'slack', 'dbt', 'mode', 'power-bi', 'fabric', 'tableau'] as const;

/** Builds the Zapier apps, boots their zips in the double of Zapier's backend, and turns the Zaps on. */
export async function startZapierPlatform(world: World, log: (line: string) => void): Promise<Platform> {
  log('building the Zapier apps');
  const zips: string[] = [];
  for (const app of apps) zips.push(await builtZip(app));
  log('booting their zips in Zapier’s runtime');
  const backend = await startZapierApps(zips);
  const zaps = zapsOf(world.sandbox.accounts, connectionOf(world));
  return {
    name: 'Zapier',
    async open({ key }): Promise<ReadyFlow> {
      const { trigger, steps } = zaps[key];
      if (!trigger) {
        return {
          address: '',
          run: async () => [
            'Schedule',
            ...stepsOf(await runZap(backend, { trigger: { id: new Date().toISOString() }, steps })),
          ],
          stop: async () => undefined,
        };
      }
      const zap: Zap = await startZap(backend, { trigger, steps });
      let seen = 0;
      return {
        address: zap.url ?? '',
        async run(times) {
          const runs: ZapRun[] = [];
          for (let time = 0; time < times; time += 1) runs.push(await zap.nextRun());
          // A run that must not happen would have started by now.
          await sleep(1_500);
          if (zap.runs.length !== seen + times)
            throw new Error(`Zapier ran the Zap ${zap.runs.length - seen} times instead of ${times}.`);
          seen = zap.runs.length;
          return runs.flatMap((run) => [trigger.name, ...stepsOf(run)]);
        },
        stop: () => zap.stop(),
      };
    },
    stop: () => backend.close(),
  };
}
