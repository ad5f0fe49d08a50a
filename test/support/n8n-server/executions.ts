import type { N8n } from './n8n-server.ts';
import { waitToReadAgain } from './wait-to-read-again.ts';

/** n8n's status of an execution; `waiting` means parked until a time or a call. */
export type ExecutionStatus = 'new' | 'running' | 'waiting' | 'success' | 'error' | 'canceled' | 'crashed';

/** An execution without its data. */
export interface ExecutionSummary {
  id: string;
  workflowId: string;
  status: ExecutionStatus;
  /** How it was started: `webhook`, `trigger`, `manual`, … */
  mode: string;
  /** ISO 8601, like all times. */
  startedAt: string;
  /** Null until it has stopped. */
  stoppedAt: string | null;
}

/** An output item of a node. */
export interface OutputItem {
  json: Record<string, unknown>;
  binary?: Record<string, unknown>;
  pairedItem?: unknown;
}

/** An error as n8n stores it. */
export interface ExecutionError {
  message: string;
  description?: string | null;
  name?: string;
  [more: string]: unknown;
}

/** An execution with the data of all its nodes. */
export interface Execution extends ExecutionSummary {
  data: {
    resultData: {
      /** The runs of each node, by node name. */
      runData: Record<string, readonly { data?: { main: readonly (readonly OutputItem[] | null)[] } }[]>;
      error?: ExecutionError;
      lastNodeExecuted?: string;
    };
  };
}

/** Which executions to wait for. */
export interface ExecutionsWanted {
  /** Their number. Default: 1. */
  count?: number;
  /** Their status. Default: any final status. */
  status?: ExecutionStatus;
  /** Default: 600. */
  timeoutSeconds?: number;
}

const finalStatuses: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

/** Whether an execution has finished. */
export function isFinished({ status }: ExecutionSummary): boolean {
  return finalStatuses.includes(status);
}

/**
 * All executions of a workflow, oldest first, including running ones.
 * @param pageSize how many n8n returns at once
 */
export async function listExecutions(n8n: N8n, workflowId: string, pageSize = 100): Promise<ExecutionSummary[]> {
  const filter = encodeURIComponent(JSON.stringify({ workflowId }));
  const found = new Map<string, ExecutionSummary>();
  let cursor: string | null = null;
  do {
    const position: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { results: ExecutionSummary[]; nextCursor: string | null } = await n8n.api.rest(
      'GET',
      `executions?limit=${pageSize}&filter=${filter}${position}`,
    );
    for (const execution of page.results) found.set(execution.id, execution);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return [...found.values()].sort((a, b) => Number(a.id) - Number(b.id));
}

/** One execution, with the data of all its nodes. */
export async function readExecution(n8n: N8n, id: string): Promise<Execution> {
  return await n8n.api.read(`executions/${id}?includeData=true`);
}

/** Reads executions one after the other, because a hundred at once keep the database of n8n busy for too long. */
async function readExecutions(n8n: N8n, listed: readonly { id: string }[]): Promise<Execution[]> {
  const executions: Execution[] = [];
  for (const { id } of listed) executions.push(await readExecution(n8n, id));
  return executions;
}

/**
 * Waits until a workflow has this many executions in a status, and returns them, oldest first.
 * @throws Error with the existing executions after the timeout
 */
export async function waitForExecutions(
  n8n: N8n,
  workflowId: string,
  { count = 1, status, timeoutSeconds = 600 }: ExecutionsWanted = {},
): Promise<Execution[]> {
  const wanted = status === undefined ? finalStatuses : [status];
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (let readings = 1; ; readings += 1) {
    const all = await listExecutions(n8n, workflowId);
    const matching = all.filter((each) => wanted.includes(each.status));
    if (matching.length >= count) return await readExecutions(n8n, matching);
    if (Date.now() > deadline) {
      const seen = all.map((each) => `${each.id} ${each.status}`).join(', ') || 'none';
      throw new Error(`Waited ${timeoutSeconds} s for ${count} executions (${wanted.join(', ')}); there are: ${seen}.`);
    }
    await waitToReadAgain(readings);
  }
}

/** Waits until the execution with an ID has finished. */
export async function waitForExecution(n8n: N8n, id: string, timeoutSeconds = 600): Promise<Execution> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (let readings = 1; ; readings += 1) {
    const execution = await readExecution(n8n, id);
    if (isFinished(execution)) return execution;
    if (Date.now() > deadline) {
      throw new Error(`Execution ${id} is still ${execution.status} after ${timeoutSeconds} s.`);
    }
    await waitToReadAgain(readings);
  }
}

/**
 * The output of a node, as plain objects.
 * @param node node name
 * @param output index of the output, from 0
 * @param run index of the node's run, from 0; default: the last one
 */
export function outputOf(execution: Execution, node: string, output = 0, run = -1): Record<string, unknown>[] {
  const items = execution.data.resultData.runData[node]?.at(run)?.data?.main[output] ?? [];
  return items.map(({ json }) => json);
}
