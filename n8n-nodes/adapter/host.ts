import type { Logger } from 'n8n-workflow';
import type { Cache, Files, Host } from '../../shared/src/host/host.ts';
import { memoryCache } from '../../shared/src/host/memory-cache.ts';
import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import type { NodeContext } from './context.ts';
import { noFiles } from './files.ts';
import { sendBy, type FullResponse, type SendRequest } from './http.ts';
import { credentialName } from './names.ts';
import { sleepUnlessStopped } from './sleep.ts';

/** What a host is made of. */
export interface HostParts {
  send: SendRequest;
  logger: Pick<Logger, 'info' | 'warn'>;
  files?: Files;
  signal?: AbortSignal | undefined;
  /** True the first time a key is seen. Default: always. */
  once?(key: string): boolean | Promise<boolean>;
  /** Default: none is allowed. */
  lastingFolder?: string | undefined;
  /** See `Host.executionKey`. */
  executionKey?: string | undefined;
}

/** Tokens and other things worth keeping, for every execution in this process. */
const cache: Cache = memoryCache(Date.now);

/** Makes a host of what n8n lends. */
export function makeHost({
  send,
  logger,
  files = noFiles,
  signal,
  once = () => true,
  lastingFolder,
  executionKey,
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
    ...(signal ? { signal } : {}),
    ...(lastingFolder ? { lastingFolder } : {}),
    ...(executionKey ? { executionKey } : {}),
  };
}

/**
 * Sends with the credential that the node was given for a connection: n8n then knows which credential a request belongs to.
 * What logs in is added by the core, so the credential itself adds nothing.
 */
export function sendWith(context: NodeContext, connection: Connection): SendRequest {
  return (options, afterStop) =>
    // What sends with a credential breaks off with the execution, so it cannot ask a vendor to stop a run.
    (afterStop || !logsIn(connection)
      ? context.helpers.httpRequest(options)
      : context.helpers.httpRequestWithAuthentication.call(
          context as never,
          credentialName(connection),
          options,
        )) as Promise<FullResponse>;
}
