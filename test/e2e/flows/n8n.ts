import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxCredentials } from '../../adapters/n8n/credentials.ts';
import { packedPackages } from '../../adapters/n8n/build-package.ts';
import { createCredential, type Credential } from '../../support/n8n-server/credentials.ts';
import { listExecutions, waitForExecutions, type Execution } from '../../support/n8n-server/executions.ts';
import { lazyExpressions } from '../../support/n8n-server/n8n-environment.ts';
import { startN8n, type N8n } from '../../support/n8n-server/n8n-server.ts';
import {
  createWorkflow,
  publishWorkflow,
  runManually,
  unpublishWorkflow,
  webhookUrl,
  type WorkflowNode,
} from '../../support/n8n-server/workflows.ts';
import { agreedSecret, tableOf } from './cases/load-updated-dataset.ts';
import type { Platform, ReadyFlow } from './flow.ts';
import { ownType, readTemplate } from './templates.ts';
import type { World } from './world.ts';

/** n8n with the workflows of the flows. */
export interface N8nPlatform extends Platform {
  n8n: N8n;
  /** Stored credentials by type. */
  credentials: Readonly<Record<string, Credential>>;
  /** The IDs of the workflows. */
  workflows: Record<string, string>;
}

async function createCredentials(n8n: N8n, { sandbox, postgres }: World): Promise<Record<string, Credential>> {
  const { pipewrightQuantemplateApi, ...others } = sandboxCredentials(sandbox);
  const { host, port, database, user, password } = postgres;
  const values = {
    ...others,
    pipewrightQuantemplateApi: { ...pipewrightQuantemplateApi, webhookSecret: agreedSecret },
    pipewrightSqlApi: { engine: 'postgresql', host, port, database, user, password, ssl: 'off' },
  };
  const made = Object.entries(values).map(([type, data]) =>
    createCredential(n8n, `${type.replace(/^pipewright|Api$/g, '')} of the sandbox`, type, data),
  );
  return Object.fromEntries((await Promise.all(made)).map((credential) => [credential.type, credential]));
}

function stepsOf({ data }: Execution): string[] {
  return Object.keys(data.resultData.runData);
}

/** Whether an execution only reports a rejected event: the workflow did not run. */
function reportsRejection({ data }: Execution): boolean {
  return data.resultData.error?.message.startsWith('An event was rejected.') === true;
}

/**
 * Starts n8n with all packages from their tarballs, imports the templates and publishes them.
 * @param editor whether it serves the editor
 */
export async function startN8nPlatform(
  world: World,
  log: (line: string) => void,
  editor: boolean,
): Promise<N8nPlatform> {
  log('packing the n8n packages');
  const packages = await packedPackages();
  log('starting n8n and installing them');
  const n8n = await startN8n({ packages, env: lazyExpressions, log, editor });
  const credentials = await createCredentials(n8n, world);
  const workflows: Record<string, string> = {};
  return {
    name: 'n8n',
    n8n,
    credentials,
    workflows,
    async open({ key }): Promise<ReadyFlow> {
      const workflow = await createWorkflow(n8n, await readTemplate(key, credentials, tableOf('n8n')));
      workflows[key] = workflow.id;
      await publishWorkflow(n8n, workflow.id);
      const trigger = workflow.nodes.find(({ type }) => /Trigger$/.test(type)) as WorkflowNode;
      let seen = 0;
      return {
        address: ownType(trigger) ? webhookUrl(n8n, trigger, 'webhook') : '',
        async run(times, startsItself, rejected) {
          if (startsItself) await runManually(n8n, workflow.id, trigger.name);
          const expected = times + rejected;
          if (expected > 0) await waitForExecutions(n8n, workflow.id, { count: seen + expected });
          // A run that must not happen would have started by now.
          await sleep(1_500);
          const all = await listExecutions(n8n, workflow.id);
          const added = (await waitForExecutions(n8n, workflow.id, { count: all.length })).slice(seen);
          seen = all.length;
          const executions = added.filter((execution) => !reportsRejection(execution));
          if (executions.length !== times)
            throw new Error(`n8n ran the workflow ${executions.length} times instead of ${times}.`);
          if (added.length !== expected)
            throw new Error(`n8n lists ${added.length - times} rejected events instead of ${rejected}.`);
          const failed = executions.find(({ status }) => status !== 'success');
          const { message, description } = failed?.data.resultData.error ?? {};
          if (failed) throw new Error(`${failed.data.resultData.lastNodeExecuted}: ${message} ${description ?? ''}`);
          return executions.flatMap(stepsOf);
        },
        stop: () => unpublishWorkflow(n8n, workflow.id),
      };
    },
    stop: () => n8n.stop(),
  };
}
