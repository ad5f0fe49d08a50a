import type { ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { Connection } from '../../shared/src/define/connection.ts';
import { checkConnection } from './connection-values.ts';
import { machineOfTest, makeHost, type OperatorOptions } from './host.ts';
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

/** Whether a login takes something from the machine: its identity, or the file with its federated token. */
const usesMachine = (data: Record<string, unknown>): boolean => {
  const logins = [data['authentication'], data['login']];
  return logins.includes('managed-identity') || (logins.includes('federated') && !data['federatedToken']);
};

/** The error for a login with the machine before it is known whether that belongs to n8n Cloud. */
const untestable = (): PipewrightError =>
  new PipewrightError({
    code: 'not-connected',
    message:
      'This login cannot be tested yet: a test does not see whether n8n runs on n8n Cloud, whose machine is never used.',
    hint: 'Save the credential, select it in a node and open one of its lists or execute it. Then test the credential again.',
  });

/** Tests a credential and returns the result in n8n's format. */
export async function testConnection(
  context: ICredentialTestFunctions,
  connection: Connection,
  data: object,
  { lastingFolder, machine: offered }: OperatorOptions = {},
): Promise<INodeCredentialTestResult> {
  try {
    const machine = machineOfTest(offered);
    const values = { ...data };
    if (machine === 'unknown' && usesMachine(values)) throw untestable();
    const host = makeHost({
      send: sendFrom(context),
      logger: context.logger,
      lastingFolder,
      machine: machine === 'unknown' ? undefined : machine,
    });
    const name = await connection.test({ host, connection: checkConnection(connection, values) });
    return { status: 'OK', message: `Connected to ${name}.` };
  } catch (error) {
    return { status: 'Error', message: redact(describeError(error, 'n8n')) };
  }
}
