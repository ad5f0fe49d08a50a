import { entraMethodOf, type ReadVariable } from '../auth/entra-variables.ts';
import { openTarget } from '../databases/open-target.ts';
import { readSqlServerAddress } from '../databases/sql-server/sql-server-address.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';

/** The logins with Microsoft Entra that an address can name in `login`. */
const logins = ['entra', 'certificate', 'federated', 'managed-identity'] as const;

function invalid(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', service: 'SQL Server', message, hint });
}

const loginHint =
  'Add user and password to the address, set the AZURE_ variables of an application, or add login=managed-identity.';

/** The login of an address without a user: the one that it names, otherwise the one whose variables are set. */
function loginOf(address: string, variable: ReadVariable): (typeof logins)[number] {
  const named = new URL(address).searchParams.get('login');
  const login = logins.find((one) => one === named);
  if (login) return login;
  if (named !== null) throw invalid(`The login “${named}” is not known.`, `Use login=${logins.join(', login=')}.`);
  const method = entraMethodOf({}, variable);
  if (method) return method === 'client-secret' ? 'entra' : method;
  throw invalid('The address has no user, and no variables of an application in Azure are set.', loginHint);
}

/**
 * Opens a database by its address; see `openTarget`. An address of SQL Server without a user logs in to Microsoft Entra with the
 * variables of Azure's own tools; `login` in the address selects the method.
 * @throws PipewrightError `invalid-input` if the address cannot be used, `unauthorized` if the login is rejected
 */
export async function openDatabaseAt(address: string, host: Host): Promise<TableTarget> {
  if (!address.startsWith('sqlserver://')) return openTarget(address);
  const { host: server, port, database, user, encryption, caFile } = readSqlServerAddress(address);
  if (user !== '') return openTarget(address);
  if (caFile !== undefined)
    throw invalid(
      'A login with Microsoft Entra does not support the parameter ca.',
      'Remove it: the certificates of Azure SQL are verified by the authorities of Node.',
    );
  // Loaded here, because most addresses do not need them.
  const { withoutSecrets } = await import('../define/conceal.ts');
  const { sqlConnection } = await import('../tables/sql-table/connection.ts');
  const { openDatabase } = await import('../tables/sql-table/open-database.ts');
  const variable: ReadVariable = (name) => host.machine?.variable?.(name);
  const login = loginOf(address, variable);
  const values = {
    ...sqlConnection.fromVariables?.({ login }, variable),
    ...{ engine: 'sqlserver', host: server, port, database, ssl: encryption, login },
  };
  const connection = sqlConnection.check(withoutUndefined(values));
  return withoutSecrets({ connection: sqlConnection }, { connection, host }, (concealed) =>
    openDatabase(concealed.connection, concealed.host),
  );
}
