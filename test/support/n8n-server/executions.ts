import { setTimeout as sleep } from 'node:timers/promises';
import type { N8n } from './n8n-server.ts';

/** Where an execution stands, in n8n's words; `waiting` is parked until a time or a call. */
export type ExecutionStatus = 'new' | 'running' | 'waiting' | 'success' | 'error' | 'canceled' | 'crashed';

/** An execution without what it worked on. */
export interface ExecutionSummary {
  id: string;
  workflowId: string;
  status: ExecutionStatus;
  /** How it began: `webhook`, `trigger`, `manual`, … */
  mode: string;
  /** ISO 8601, as are all times. */
  startedAt: string;
  /** Null until it has stopped. */
  stoppedAt: string | null;
}

/** An item that a node put out. */
export interface OutputItem {
  json: Record<string, unknown>;
  binary?: Record<string, unknown>;
  pairedItem?: unknown;
}

/** An error as n8n keeps it. */
export interface ExecutionError {
  message: string;
  description?: string | null;
  name?: string;
  [more: string]: unknown;
}

/** An execution with all that its nodes took and gave. */
export interface Execution extends ExecutionSummary {
  data: {
    resultData: {
      /** By the name of the node: each time that it ran. */
      runData: Record<string, readonly { data?: { main: readonly (readonly OutputItem[] | null)[] } }[]>;
      error?: ExecutionError;
      lastNodeExecuted?: string;
    };
  };
}

/** What is waited for. */
export interface ExecutionsWanted {
  /** How many. Default: 1. */
  count?: number;
  /** In which status. Default: any that is final. */
  status?: ExecutionStatus;
  /** Seconds to wait at most. Default: 60. */
  timeoutSeconds?: number;
}

const finalStatuses: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

/** Whether an execution has come to its end. */
export function isFinished({ status }: ExecutionSummary): boolean {
  return finalStatuses.includes(status);
}

/** All executions of a workflow, the first one first, those that still run included. */
export async function listExecutions(n8n: N8n, workflowId: string): Promise<ExecutionSummary[]> {
  const filter = encodeURIComponent(JSON.stringify({ workflowId }));
  const found = new Map<string, ExecutionSummary>();
  let cursor: string | null = null;
  do {
    const position: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { results: ExecutionSummary[]; nextCursor: string | null } = await n8n.api.rest(
      'GET',
      `executions?limit=100&filter=${filter}${position}`,
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

/**
 * Waits until a workflow has so many executions in a status, and returns those, the first one first.
 * @throws Error which names what there is instead when the time is up
 */
export async function waitForExecutions(
  n8n: N8n,
  workflowId: string,
  { count = 1, status, timeoutSeconds = 60 }: ExecutionsWanted = {},
): Promise<Execution[]> {
  const wanted = status === undefined ? finalStatuses : [status];
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const all = await listExecutions(n8n, workflowId);
    const matching = all.filter((each) => wanted.includes(each.status));
    if (matching.length >= count) return await Promise.all(matching.map(({ id }) => readExecution(n8n, id)));
    if (Date.now() > deadline) {
      const seen = all.map((each) => `${each.id} ${each.status}`).join(', ') || 'none';
      throw new Error(`Waited ${timeoutSeconds} s for ${count} executions (${wanted.join(', ')}); there are: ${seen}.`);
    }
    await sleep(200);
  }
}

/** Waits until one execution, known by its id, has come to its end. */
export async function waitForExecution(n8n: N8n, id: string, timeoutSeconds = 60): Promise<Execution> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const execution = await readExecution(n8n, id);
    if (isFinished(execution)) return execution;
    if (Date.now() > deadline) {
      throw new Error(`Execution ${id} is still ${execution.status} after ${timeoutSeconds} s.`);
    }
    await sleep(200);
  }
}

/**
 * What a node put out, as plain objects.
 * @param node its name
 * @param output which of its outputs, from 0
 * @param run which time it ran, from 0; default: the last
 */
export function outputOf(execution: Execution, node: string, output = 0, run = -1): Record<string, unknown>[] {
  const items = execution.data.resultData.runData[node]?.at(run)?.data?.main[output] ?? [];
  return items.map(({ json }) => json);
}
