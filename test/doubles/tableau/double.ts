import { textOf } from '../control/read-body.ts';
import type { AnswerCases } from '../server/answer-cases.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { deliver } from '../server/deliver.ts';
import type { Double } from '../server/double.ts';
import type { Runnable } from '../server/runnable.ts';
import { tableauAccount } from './account.ts';
import { TableauJobs } from './jobs.ts';
import { tableau, type TableauWebhook } from './tableau.ts';
import { tableauContent, type ContentList } from './world.ts';

const { workbookId, dataSourceId, flowId } = tableauAccount;

const find = (jobs: TableauJobs, id: string) => jobs.all.find((one) => one.id === id);

const runnable = (
  name: string,
  operation: string,
  list: ContentList,
  input: Record<string, string>,
  more: Partial<Runnable<{ jobs: TableauJobs }>> = {},
): Runnable<{ jobs: TableauJobs }> => ({
  name,
  service: 'tableau',
  operation,
  input,
  plan: { service: 'tableau', name: Object.values(input)[0] ?? '' },
  start: new RegExp(`/tableau/.*/${list}/[^/]+/(?:refresh|run)$`),
  status: { method: 'GET', path: /\/tableau\/.*\/jobs\/[^/]+$/ },
  started: ({ jobs }) => jobs.all.filter(({ content }) => content.list === list).map(({ id }) => id),
  cancel({ jobs }, id) {
    const job = find(jobs, id);
    if (job) jobs.cancel(job);
  },
  isCancelled: ({ jobs }, id) => find(jobs, id)?.cancelledAt !== undefined,
  canCancel: true,
  oneAtATime: true,
  unknownStatus: (id) => ({
    job: {
      id,
      mode: 'Asynchronous',
      type: 'RefreshExtract',
      progress: '100',
      createdAt: '2026-11-20T08:00:00Z',
      completedAt: '2026-11-20T08:01:00Z',
      finishCode: '9',
    },
  }),
  ...more,
});

const answerCases: AnswerCases = {
  service: 'tableau',
  start: {
    operation: 'refreshWorkbook',
    input: { workbook: workbookId },
    plan: { service: 'tableau', name: workbookId },
  },
  inputs: ({ failed, running }) => ({
    getJob: { run: failed },
    cancelJob: { run: running },
    refreshWorkbook: { workbook: tableauContent.find(({ name }) => name === 'Ledger')?.id, timeoutMinutes: 10 },
    refreshDataSource: { dataSource: dataSourceId, timeoutMinutes: 10 },
    runFlow: { flow: flowId, timeoutMinutes: 10 },
    findWorkbook: { name: 'claims' },
    findDataSource: { name: 'claims' },
    findFlow: { name: 'claims' },
    jobFinished: {},
  }),
  status: { asked: /GET .*\/jobs\/[^/?]+$/, path: /^job\.completedAt$/ },
};

function addresses(baseUrl: string) {
  return {
    /** Server URL; `/api` follows. */
    tableau: `${baseUrl}/tableau`,
  };
}

/** A site of Tableau Cloud: workbooks, data sources, flows, their jobs, and webhooks. */
export const tableauDouble = {
  account: tableauAccount,
  addresses,
  connections(baseUrl: string) {
    const { site, patName, patSecret } = tableauAccount;
    return { tableau: { address: addresses(baseUrl).tableau, site, patName, patSecret } };
  },
  runnables: [
    runnable('Tableau workbooks', 'refreshWorkbook', 'workbooks', { workbook: workbookId }),
    runnable('Tableau flows', 'runFlow', 'flows', { flow: flowId }, { saysWhy: false }),
  ],
  answerCases: [answerCases],
  start(context: SandboxContext) {
    const jobs = new TableauJobs(context);
    const webhooks = new Map<string, TableauWebhook>();
    /** Queues a job as a schedule does, for content that is found by its name. Returns its ID. */
    function startScheduledJob(name: string): string {
      const found = tableauContent.find((one) => one.name === name);
      if (!found) throw new Error(`There is no workbook, data source or flow ${name}.`);
      return jobs.start(found).id;
    }
    /** Sends the event of a finished refresh to its webhooks. Returns the number of deliveries that were accepted. */
    async function sendRefreshEvent(id: string): Promise<number> {
      const job = find(jobs, id);
      if (!job || !jobs.isOver(job)) throw new Error(`There is no finished job ${id}.`);
      const outcome = job.plan.failure ? 'Failed' : 'Succeeded';
      const event = `${job.content.list === 'workbooks' ? 'Workbook' : 'Datasource'}Refresh${outcome}`;
      const body = JSON.stringify({
        resource: 'EXTRACTS',
        event_type: event,
        resource_name: job.content.name,
        site_luid: tableauAccount.siteId,
        resource_luid: job.content.id,
        created_at: iso(context.clock.now()),
      });
      const wanted = [...webhooks.values()].filter((webhook) => webhook.event === event);
      const outcomes = await Promise.all(wanted.map(({ url }) => deliver(url, body, {}, 30_000)));
      return outcomes.filter(({ status }) => status === 200).length;
    }
    return {
      state: { jobs, webhooks },
      vendors: [tableau(context, jobs, webhooks)],
      controls: { startScheduledJob, sendRefreshEvent },
      controlRoutes: {
        'POST /tableau/scheduled-jobs': (body) => ({ id: startScheduledJob(textOf(body, 'name')) }),
        'POST /tableau/refresh-events': async (body) => ({ accepted: await sendRefreshEvent(textOf(body, 'job')) }),
      },
      runs: () => ({ tableau: jobs.all.map((one) => jobs.showEntry(one)) }),
    };
  },
} satisfies Double;
