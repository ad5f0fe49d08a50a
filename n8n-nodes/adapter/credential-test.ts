import type { ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import type { Machine } from '../../shared/src/host/host.ts';
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

/** The error for a login with the machine before it is known whether that belongs to n8n Cloud. */
const untestable = (): PipewrightError =>
  new PipewrightError({
    code: 'not-connected',
    message:
      'This login cannot be tested yet: a test does not see whether n8n runs on n8n Cloud, whose machine is never used.',
    hint: 'Save the credential, select it in a node and open one of its lists or execute it. Then test the credential again.',
  });

/** A machine of which it is not known yet whether a login may use it: the test of a login that does so fails. */
const unknownMachine: Machine = {
  get variable(): never {
    throw untestable();
  },
  get readText(): never {
    throw untestable();
  },
};

/** Tests a credential and returns the result in n8n's format. */
export async function testConnection(
  context: ICredentialTestFunctions,
  connection: Connection,
  data: object,
  { lastingFolder, machine: offered }: OperatorOptions = {},
): Promise<INodeCredentialTestResult> {
  try {
    const machine = machineOfTest(offered);
    const host = makeHost({
      send: sendFrom(context),
      logger: context.logger,
      lastingFolder,
      machine: machine === 'unknown' ? unknownMachine : machine,
    });
    const name = await connection.test({ host, connection: checkConnection(connection, { ...data }) });
    return { status: 'OK', message: `Connected to ${name}.` };
  } catch (error) {
    return { status: 'Error', message: redact(describeError(error, 'n8n')) };
  }
}
