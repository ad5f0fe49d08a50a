import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../machine/free-port.ts';
import { installN8n } from '../machine/n8n.ts';
import { startPostgres } from '../machine/postgres.ts';
import { startRedis } from '../machine/redis.ts';
import { installPackages } from './install-packages.ts';
import { n8nEnvironment } from './n8n-environment.ts';
import { launchN8n, type N8nProcess, type N8nRole } from './n8n-process.ts';
import { startN8n, type N8n } from './n8n-server.ts';

/** Options of a cluster. */
export interface ClusterOptions {
  packages: readonly string[];
  /** Number of processes that run executions. Default: 2. */
  workers?: number;
  /** Number of processes that only receive webhooks. Default: 0. */
  webhookProcesses?: number;
  /** Environment variables of every process, such as the public URL of their load balancer. */
  env?: NodeJS.ProcessEnv;
}

/** A process that receives webhooks at its own URL. */
export type WebhookProcess = N8nProcess & { baseUrl: string };

/** n8n in queue mode, with a real PostgreSQL and a real Redis. */
export interface Cluster {
  main: N8n;
  workers: N8nProcess[];
  webhookProcesses: WebhookProcess[];
  /** Starts another worker, or replaces one that was killed. */
  addWorker(): Promise<N8nProcess>;
  /** Starts the main process again, after it was stopped or killed. */
  restartMain(): Promise<N8n>;
  /** Starts another process that receives webhooks. */
  addWebhookProcess(): Promise<WebhookProcess>;
  stop(): Promise<void>;
}

/**
 * Starts n8n in queue mode: a main process, workers, and optionally webhook processes.
 * @see https://docs.n8n.io/hosting/scaling/queue-mode/
 */
export async function startCluster({
  packages,
  workers = 2,
  webhookProcesses = 0,
  env: common = {},
}: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-cluster-'));
  const [postgres, redis] = [await startPostgres(), await startRedis()];
  const shared = {
    EXECUTIONS_MODE: 'queue',
    QUEUE_BULL_REDIS_HOST: redis.host,
    QUEUE_BULL_REDIS_PORT: String(redis.port),
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: postgres.host,
    DB_POSTGRESDB_PORT: String(postgres.port),
    DB_POSTGRESDB_DATABASE: postgres.database,
    DB_POSTGRESDB_USER: postgres.user,
    DB_POSTGRESDB_PASSWORD: postgres.password,
    N8N_ENCRYPTION_KEY: 'a key that every process of the cluster knows',
    OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
    ...common,
  };
  const install = await installN8n(console.log);
  let count = 0;
  const joinAs = async (
    role: Exclude<N8nRole, 'start'>,
    env: NodeJS.ProcessEnv,
    healthPort: number,
  ): Promise<N8nProcess> => {
    const own = join(folder, `${role}-${(count += 1)}`);
    await installPackages(own, packages);
    const environment = { ...n8nEnvironment(own, healthPort, await findFreePort()), ...shared, ...env };
    return launchN8n(install.folder, role, environment, `http://127.0.0.1:${healthPort}`);
  };
  const mainPort = await findFreePort();
  const startMain = (): Promise<N8n> =>
    startN8n({ folder: join(folder, 'main'), packages, env: shared, port: mainPort });
  const cluster: Cluster = {
    main: await startMain(),
    workers: [],
    webhookProcesses: [],
    async addWorker() {
      const port = await findFreePort();
      const worker = await joinAs(
        'worker',
        { QUEUE_HEALTH_CHECK_ACTIVE: 'true', QUEUE_HEALTH_CHECK_PORT: String(port) },
        port,
      );
      cluster.workers.push(worker);
      return worker;
    },
    async restartMain() {
      cluster.main = await startMain();
      return cluster.main;
    },
    async addWebhookProcess() {
      const port = await findFreePort();
      const process = { ...(await joinAs('webhook', {}, port)), baseUrl: `http://127.0.0.1:${port}` };
      cluster.webhookProcesses.push(process);
      return process;
    },
    async stop() {
      await Promise.all([...cluster.webhookProcesses, ...cluster.workers].map((process) => process.stop()));
      await cluster.main.stop();
      await redis.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  for (let worker = 0; worker < workers; worker += 1) await cluster.addWorker();
  for (let process = 0; process < webhookProcesses; process += 1) await cluster.addWebhookProcess();
  return cluster;
}
