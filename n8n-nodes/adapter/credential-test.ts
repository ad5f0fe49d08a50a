import type { ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { describeError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { Connection } from '../../shared/src/define/connection.ts';
import { checkConnection } from './connection-values.ts';
import { makeHost, type OperatorOptions } from './host.ts';
import type { FullResponse, SendRequest } from './http.ts';

/** Sends with `helpers.request`, the only client in a credential test; its options differ from `httpRequest`. */
function sendFrom({ helpers }: ICredentialTestFunctions): SendRequest {
  return ({ method, url, headers, body, timeout, disableFollowRedirect }) =>
    helpers.request({
      method,
      uri: url,
      headers,
      ...(body === undefined ? {} : { body }),
      timeout,
      ...(disableFollowRedirect ? { followRedirect: false } : {}),
      simple: false,
      resolveWithFullResponse: true,
      sendCredentialsOnCrossOriginRedirect: false,
    }) as Promise<FullResponse>;
}

/** Tests a credential and returns the result in n8n's format. */
export async function testConnection(
  context: ICredentialTestFunctions,
  connection: Connection,
  data: object,
  { lastingFolder, machine = {} }: OperatorOptions = {},
): Promise<INodeCredentialTestResult> {
  try {
    const host = makeHost({ send: sendFrom(context), logger: context.logger, lastingFolder, machine });
    const name = await connection.test({ host, connection: checkConnection(connection, { ...data }) });
    return { status: 'OK', message: `Connected to ${name}.` };
  } catch (error) {
    return { status: 'Error', message: redact(describeError(error, 'n8n')) };
  }
}
