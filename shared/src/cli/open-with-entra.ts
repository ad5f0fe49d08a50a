import { entraMethodOf, type ReadVariable } from '../auth/entra-variables.ts';
import type { SqlServerAddress } from '../databases/sql-server/sql-server-address.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import { withoutSecrets } from '../define/conceal.ts';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { sqlConnection } from '../tables/sql-table/connection.ts';
import { openDatabase } from '../tables/sql-table/open-database.ts';

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
 * Opens a database of SQL Server with a login to Microsoft Entra, by an address without a user.
 * @param address as entered
 * @param parts the parts of the address
 * @throws PipewrightError `invalid-input` if the address cannot be used, `unauthorized` if the login is rejected
 */
export async function openWithEntra(
  address: string,
  { host: server, port, database, encryption, caFile }: SqlServerAddress,
  host: Host,
): Promise<TableTarget> {
  if (caFile !== undefined)
    throw invalid(
      'A login with Microsoft Entra does not support the parameter ca.',
      'Remove it: the certificates of Azure SQL are verified by the authorities of Node.',
    );
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
