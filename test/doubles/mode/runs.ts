import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { modeAccount } from './account.ts';
import { iso, type SandboxContext } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { ModeQuery, ModeReport } from './world.ts';

/** A run of a report. */
export interface ModeRun {
  token: string;
  report: ModeReport;
  parameters: Record<string, unknown>;
  plan: RunPlan;
  createdAt: number;
  cancelledAt?: number;
  queryRuns: { token: string; query: ModeQuery }[];
}

const workspacePath = `/api/${modeAccount.workspace}`;

/** The runs of the workspace's reports. */
export class ModeRuns {
  #context: SandboxContext;
  /** Oldest first. */
  readonly all: ModeRun[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Starts a report. */
  start(report: ModeReport, parameters: Record<string, unknown>): ModeRun {
    const { clock, identifiers, plans } = this.#context;
    const plan = plans.take('mode', [report.token, report.name]);
    if (report.alwaysFails) plan.failure ??= {};
    const queryRuns = report.queries.map((query) => ({ token: identifiers.hex(12), query }));
    const run = { token: identifiers.hex(12), report, parameters, plan, createdAt: clock.now(), queryRuns };
    this.all.push(run);
    return run;
  }

  #end({ createdAt, plan, cancelledAt }: ModeRun): number {
    return cancelledAt ?? createdAt + plan.queuedMilliseconds + plan.runningMilliseconds;
  }

  /** Cancels a run in Mode. */
  cancel(run: ModeRun): void {
    if (this.#context.clock.now() < this.#end(run)) run.cancelledAt = this.#context.clock.now();
  }

  /** Mode's state of a run. */
  state(run: ModeRun): string {
    const now = this.#context.clock.now();
    const { createdAt, plan, report } = run;
    if (run.cancelledAt !== undefined) return 'cancelled';
    if (now >= this.#end(run)) return plan.failure ? 'failed' : 'succeeded';
    if (now < createdAt + plan.queuedMilliseconds / 2) return 'pending';
    const notebook = report.hasNotebook && now >= this.#end(run) - plan.runningMilliseconds / 3;
    return notebook ? 'running_notebook' : 'enqueued';
  }

  /** The API resource of a run. */
  show(run: ModeRun): Record<string, unknown> {
    const state = this.state(run);
    const over = ['succeeded', 'failed', 'cancelled'].includes(state);
    const self = `${workspacePath}/reports/${run.report.token}/runs/${run.token}`;
    const newest = this.all.findLast(({ report }) => report === run.report) === run;
    return {
      token: run.token,
      state,
      parameters: run.parameters,
      created_at: iso(run.createdAt),
      updated_at: iso(over ? this.#end(run) : this.#context.clock.now()),
      completed_at: over ? iso(this.#end(run)) : null,
      purge_started_at: null,
      purge_completed_at: null,
      python_state: run.report.hasNotebook ? (state === 'succeeded' ? 'succeeded' : 'pending') : 'none',
      form_fields: [],
      is_latest_report_run: newest,
      is_latest_successful_report_run: newest && state === 'succeeded',
      _links: {
        self: { href: self },
        report: { href: `${workspacePath}/reports/${run.report.token}` },
        query_runs: { href: `${self}/query_runs` },
        content: { href: `${self}/results/content.csv` },
        web: {
          href: `https://app.mode.com/${modeAccount.workspace}/reports/${run.report.token}/runs/${run.token}`,
        },
      },
    };
  }

  /** The API resources of a run's queries; in a failed run, the last query fails. */
  showQueryRuns(run: ModeRun): Record<string, unknown>[] {
    const state = this.state(run);
    return run.queryRuns.map(({ token, query }, index) => {
      const broken = state === 'failed' && index === run.queryRuns.length - 1;
      const done = state === 'succeeded' || state === 'failed' || state === 'running_notebook';
      const self = `${workspacePath}/reports/${run.report.token}/runs/${run.token}/query_runs/${token}`;
      return {
        token,
        query_token: query.token,
        query_name: query.name,
        state: broken ? 'failed' : done ? 'succeeded' : 'pending',
        error_message: broken ? (run.plan.failure?.message ?? 'relation "claims" does not exist') : null,
        created_at: iso(run.createdAt),
        _links: {
          self: { href: self },
          report_run: { href: `${workspacePath}/reports/${run.report.token}/runs/${run.token}` },
          result: { href: `${self}/results` },
        },
      };
    });
  }
}

const quoted = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** The result of a query as CSV, gzipped as in Mode, or in a ZIP. */
export function packedCsv({ name, columns, rows, isZip }: ModeQuery): Buffer {
  const csv = [columns, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
  return isZip ? Buffer.from(zipSync({ [`${name}.csv`]: Buffer.from(csv) })) : gzipSync(csv);
}

/** The result of a query as gzipped JSON. */
export function packedJson({ columns, rows }: ModeQuery): Buffer {
  return gzipSync(
    JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])))),
  );
}
