import { must, type Before, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

const pipeline = 'Run_KPI_notebook';
const channel = 'data-team';

function newSlack(world: World, before: Before) {
  const { messages, files } = world.sandbox.control.log().slack;
  return {
    messages: messages.slice(before.slack.messages.length).filter(({ channelName }) => channelName === channel),
    files: files.slice(before.slack.files.length).filter(({ shared }) => shared),
  };
}

const fast = { service: 'data-factory', name: pipeline, queuedMilliseconds: 200, runningMilliseconds: 600 };

/** Guide 001: a pipeline of Data Factory runs a Databricks notebook, and people learn in Slack how it went. */
export const reportNotebookRun: Flow = {
  key: '001',
  title: 'Data Factory with a notebook → Slack',
  cases: [
    {
      name: 'a run that succeeds',
      prepare: (world) => world.sandbox.control.planRun(fast),
      async check(world, before) {
        const { messages, files } = newSlack(world, before);
        const message = messages.find(({ text }) => text.includes(pipeline))?.text ?? '';
        must(/succeeded/.test(message), `Slack was told: “${message}”.`);
        must(files.length === 1 && (files[0]?.uploaded ?? 0) > 0, `${files.length} files were shared instead of one.`);
        return { result: 'message and report in Slack' };
      },
    },
    {
      name: 'a run that fails at the notebook',
      prepare: (world) =>
        world.sandbox.control.planRun({
          ...fast,
          failure: { step: 'Run notebook', message: 'Notebook run failed: table sales.stores not found.', code: '3204' },
        }),
      async check(world, before) {
        const { messages, files } = newSlack(world, before);
        must(messages.length === 1 && files.length === 0, `${messages.length} messages and ${files.length} files came.`);
        const [{ text = '' } = {}] = messages;
        must(text.includes('Run notebook') && text.includes('table sales.stores not found'), `Slack was told: “${text}”.`);
        return { result: 'failed step and reason in Slack' };
      },
    },
  ],
};
