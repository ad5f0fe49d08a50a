import { PipewrightError } from '../../shared/src/host/error.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import type { NodeContext } from './context.ts';
import { offeredFields } from './form.ts';
import { credentialName } from './names.ts';

/**
 * The checked values of a connection.
 * @throws PipewrightError `not-connected` that names the invalid field of the credential
 */
export function checkConnection(connection: Connection, data: RawInput): Record<string, unknown> {
  try {
    return connection.check(Object.fromEntries(offeredFields(connection.fields).map(([name]) => [name, data[name]])));
  } catch (error) {
    if (!(error instanceof PipewrightError)) throw error;
    throw new PipewrightError({
      code: 'not-connected',
      message: `In the credential: ${error.message}`,
      hint: 'Open the credential, correct the field and try again.',
    });
  }
}

/** The checked values of the node's credential for a connection; empty if no login is required. */
export async function readConnection(
  context: NodeContext,
  connection: Connection,
  itemIndex = 0,
): Promise<Record<string, unknown>> {
  if (!logsIn(connection)) return {};
  return checkConnection(connection, await context.getCredentials(credentialName(connection), itemIndex));
}
