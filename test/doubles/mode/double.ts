import type { AnswerCases } from '../server/answer-cases.ts';
import { textOf, urlOf } from '../control/read-body.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import { deliver, placeOf, type DeliveryRecord } from '../server/deliver.ts';
import type { Double } from '../server/double.ts';
import type { Runnable } from '../server/runnable.ts';
import { modeAccount } from './account.ts';
import { mode, type ModeOptions as RequestLimit } from './mode.ts';
import { ModeRuns } from './runs.ts';

/** Options of the sandbox for Mode. */
export interface ModeOptions {
  /** Whether requests are limited. */
  mode?: RequestLimit;
}

const report = modeAccount.reportToken;

const reports: Runnable<{ runs: ModeRuns }> = {
  name: 'Mode',
  service: 'mode',
  operation: 'runReport',
  input: { report },
  plan: { service: 'mode', name: report },
  start: /\/mode\/.*\/runs$/,
  status: { method: 'GET', path: /\/mode\/.*\/runs\/\w+$/ },
  started: ({ runs }) => runs.all.map(({ token }) => token),
  cancel({ runs }, id) {
    const run = runs.all.find(({ token }) => token === id);
    if (run) runs.cancel(run);
  },
  isCancelled: ({ runs }, id) => runs.all.find(({ token }) => token === id)?.cancelledAt !== undefined,
  canCancel: false,
  unknownStatus: (id) => ({ token: id, state: 'reticulating' }),
  child: {
    input: { report },
    plan: { service: 'mode', name: report },
    message: /failed at “[^”]+”: The source does not answer/,
  },
};

const answerCases: AnswerCases = {
  service: 'mode',
  start: { operation: 'runReport', input: { report }, plan: { service: 'mode', name: report } },
  inputs: ({ done, failed }) => ({
    runReport: { report, timeoutMinutes: 10 },
    getReportRun: { report, run: failed },
    rerunFailedRun: { report, run: failed, timeoutMinutes: 10 },
    findReport: { name: 'claims' },
    downloadResults: { report, run: done },
    reportRunEnded: { report },
  }),
  status: { asked: /GET .*\/runs\/\w+$/, path: /^state$/ },
};

function addresses(baseUrl: string) {
  return {
    /** API; `/api/{workspace}` follows. */
    mode: `${baseUrl}/mode`,
  };
}

/** A Mode workspace: collections, reports and runs. */
export const modeDouble = {
  account: modeAccount,
  addresses,
  connections(baseUrl: string) {
    const { workspace, token: apiToken, secret: apiSecret } = modeAccount;
    return { mode: { workspace, apiToken, apiSecret, address: addresses(baseUrl).mode } };
  },
  runnables: [reports],
  answerCases: [answerCases],
  start(context: SandboxContext, options: ModeOptions) {
    const runs = new ModeRuns(context);
    const deliveries: DeliveryRecord[] = [];

    /** Sends an event to a URL: unsigned and with Mode's old host name, as Mode does. */
    async function sendModeEvent(url: string, event: string, report: string, run: string): Promise<DeliveryRecord> {
      const body = {
        event,
        report_run_url: `https://modeanalytics.com/api/${modeAccount.workspace}/reports/${report}/runs/${run}`,
      };
      const at = iso(context.clock.now());
      const outcome = await deliver(url, JSON.stringify(body), {}, 30_000);
      const record = { at, vendor: 'mode', event, eventId: run, to: placeOf(url), attempt: 1, ...outcome };
      deliveries.push(record);
      return record;
    }

    return {
      state: { runs },
      vendors: [mode(context, runs, options.mode)],
      controls: { sendModeEvent },
      controlRoutes: {
        'POST /mode/events': (body) =>
          sendModeEvent(urlOf(body, 'url'), textOf(body, 'event'), textOf(body, 'report'), textOf(body, 'run')),
      },
      runs: () => ({ mode: runs.all.map((run) => runs.show(run)) }),
      deliveries: () => deliveries,
      clear() {
        deliveries.length = 0;
      },
    };
  },
} satisfies Double;
