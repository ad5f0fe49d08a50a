import type { IAllExecuteFunctions, Logger } from 'n8n-workflow';
import type { Cache, Files, Host } from '../../shared/src/host/host.ts';
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
  /** What identifies the start of a run. */
  start?: Pick<Host, 'executionKey' | 'eventKey' | 'isRetry' | 'exclusive'>;
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
    ...withoutUndefined({ signal, lastingFolder: lastingFolder || undefined }),
  };
}

/**
 * Sends with the node's credential for a connection, so that n8n knows which credential a request belongs to. The core adds the
 * authentication, so the credential itself adds nothing.
 */
export function sendWith(context: NodeContext, connection: Connection): SendRequest {
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
