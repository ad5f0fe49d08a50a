import { must, type Before, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

const pipeline = 'Run_KPI_notebook';
const channel = 'data-team';
const step = 'Run notebook';

function newSlack(world: World, before: Before) {
  const { messages, files } = world.sandbox.world.slack;
  return {
    messages: messages.slice(before.slack.messages.length).filter(({ channelName }) => channelName === channel),
    files: files.slice(before.slack.files.length).filter(({ shared }) => shared),
  };
}

function mustHaveRunOnce(world: World, before: Before, status: string): void {
  const known = new Set(before.runs.dataFactory.map(({ runId }) => runId));
  const runs = world.sandbox.control.log().runs.dataFactory.filter(({ runId }) => !known.has(runId));
  must(runs.length === 1, `${pipeline} ran ${runs.length} times instead of once.`);
  const [run = {}] = runs as Record<string, unknown>[];
  must(
    run['pipelineName'] === pipeline && run['status'] === status,
    `${String(run['pipelineName'])} ended as ${String(run['status'])}.`,
  );
  const { reportDate } = run['parameters'] as { reportDate?: string };
  must(/^\d{4}-\d\d-\d\d$/.test(reportDate ?? ''), `The notebook got the date “${reportDate}”.`);
}

/** Whether the steps of the run are in the report: CSV from n8n; JSON from Zapier, where a field cannot combine line items. */
function showsSuccess(report: string): boolean {
  if (report.startsWith('[')) return report.includes(`"name":"${step}"`) && report.includes('"status":"succeeded"');
  return /^\W*step,status/.test(report) && report.includes(`${step},succeeded`);
}

const fast = { service: 'data-factory', name: pipeline, queuedMilliseconds: 200, runningMilliseconds: 600 };

/** Guide 001: a Data Factory pipeline runs a Databricks notebook, and Slack shows the result. */
export const reportNotebookRun: Flow = {
  key: '001',
  title: 'Data Factory with a notebook → Slack',
  cases: [
    {
      name: 'a run that succeeds',
      prepare: (world) => world.sandbox.control.planRun(fast),
      async check(world, before) {
        mustHaveRunOnce(world, before, 'Succeeded');
        const { messages, files } = newSlack(world, before);
        const sent = messages.filter(({ text }) => text.includes(pipeline));
        must(
          sent.length === 1 && /succeeded/.test(sent[0]?.text ?? ''),
          `Slack received: “${sent.map(({ text }) => text).join('”, “')}”.`,
        );
        must(files.length === 1, `${files.length} files were shared instead of one.`);
        const report = files[0]?.content?.toString('utf8') ?? '';
        must(showsSuccess(report), `The report says: “${report}”.`);
        return { result: 'message and report in Slack' };
      },
    },
    {
      name: 'a run that fails at the notebook',
      prepare: (world) =>
        world.sandbox.control.planRun({
          ...fast,
          failure: { step, message: 'Notebook run failed: table sales.stores not found.', code: '3204' },
        }),
      async check(world, before) {
        mustHaveRunOnce(world, before, 'Failed');
        const { messages, files } = newSlack(world, before);
        must(
          messages.length === 1 && files.length === 0,
          `${messages.length} messages and ${files.length} files came.`,
        );
        const [{ text = '' } = {}] = messages;
        must(text.includes(step) && text.includes('table sales.stores not found'), `Slack received: “${text}”.`);
        return { result: 'failed step and reason in Slack' };
      },
    },
  ],
};
