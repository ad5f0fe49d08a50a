import type { IAllExecuteFunctions, Logger } from 'n8n-workflow';
import type { Cache, Files, Host, Machine } from '../../shared/src/host/host.ts';
import { withoutUndefined } from '../../shared/src/host/without-undefined.ts';
import { memoryCache } from '../../shared/src/host/memory-cache.ts';
import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import type { NodeContext } from './context.ts';
import { noFiles } from './files.ts';
import { sendBy, type FullResponse, type SendRequest } from './http.ts';
import { credentialName } from './names.ts';
import { sleepUnlessStopped } from './sleep.ts';

/** The parts of a host. */
export interface HostParts {
  send: SendRequest;
  logger: Pick<Logger, 'info' | 'warn'>;
  files?: Files;
  signal?: AbortSignal | undefined;
  /** True the first time a key is seen. Default: always. */
  once?(key: string): boolean | Promise<boolean>;
  /** Default: no folder is allowed. */
  lastingFolder?: string | undefined;
  /** What logins may use of the machine. Default: nothing. */
  machine?: Machine | undefined;
  /** What identifies the start of a run, and whether it is a test in the editor. */
  start?: Pick<Host, 'executionKey' | 'eventKey' | 'isRetry' | 'exclusive' | 'isTest'>;
}

/** Shared by all executions in this process. */
const cache: Cache = memoryCache(Date.now);

/** Makes a host from the functions of n8n. */
export function makeHost({
  send,
  logger,
  files = noFiles,
  signal,
  once = () => true,
  lastingFolder,
  machine,
  start = {},
}: HostParts): Host {
  return {
    platform: 'n8n',
    http: sendBy(send, signal),
    now: Date.now,
    sleep: (milliseconds) => sleepUnlessStopped(milliseconds, signal),
    random: Math.random,
    cache,
    once: async (key) => once(key),
    files,
    log: { info: (message) => logger.info(message), warn: (message) => logger.warn(message) },
    ...start,
    ...withoutUndefined({ signal, machine, lastingFolder: lastingFolder || undefined }),
  };
}

/** What the operator of an n8n instance allows its nodes. */
export interface OperatorOptions {
  /** A folder for persistent files, if the operator of n8n allows one. */
  lastingFolder?: string | undefined;
  /** The machine with its variables and files. Default: neither, which strict packages may not read. */
  machine?: Machine;
}

/** Whether this process belongs to n8n Cloud; undefined until a node has worked in it. */
let seenOnCloud: boolean | undefined;

/** The machine of n8n, which logins may use unless it belongs to n8n Cloud. */
function machineOf(context: NodeContext, machine: Machine = {}): Machine | undefined {
  const address = context.getInstanceBaseUrl();
  seenOnCloud = URL.canParse(address) && new URL(address).hostname.endsWith('.n8n.cloud');
  return seenOnCloud ? undefined : machine;
}

/**
 * The machine for the test of a credential, to which n8n gives no URL of the instance: as the last node of this process saw it.
 * @returns undefined on n8n Cloud, and `unknown` until a node has worked
 */
export function machineOfTest(machine: Machine = {}): Machine | undefined | 'unknown' {
  if (seenOnCloud === undefined) return 'unknown';
  return seenOnCloud ? undefined : machine;
}

/**
 * Makes a host for a node's work with a connection.
 * @param parts what the work provides beyond that
 */
export function hostFor(
  context: NodeContext,
  connection: Connection,
  { machine, ...parts }: Partial<HostParts> & OperatorOptions = {},
): Host {
  return makeHost({
    send: sendWith(context, connection),
    logger: context.logger,
    machine: machineOf(context, machine),
    ...parts,
  });
}

/**
 * Sends with the node's credential for a connection, so that n8n knows which credential a request belongs to. The core adds the
 * authentication, so the credential itself adds nothing.
 */
function sendWith(context: NodeContext, connection: Connection): SendRequest {
  return (options, afterStop) =>
    // A request with a credential is aborted with the execution, so it cannot cancel a run after the stop.
    (afterStop || !logsIn(connection)
      ? context.helpers.httpRequest(options)
      : context.helpers.httpRequestWithAuthentication.call(
          context as IAllExecuteFunctions,
          credentialName(connection),
          options,
        )) as Promise<FullResponse>;
}
