import { openTarget } from '../databases/open-target.ts';
import { readSqlServerAddress } from '../databases/sql-server/sql-server-address.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import type { Host } from '../host/host.ts';

/**
 * Opens a database by its address; see `openTarget`. An address of SQL Server without a user logs in to Microsoft Entra with the
 * variables of Azure's own tools; `login` in the address selects the method.
 * @throws PipewrightError `invalid-input` if the address cannot be used, `unauthorized` if the login is rejected
 */
export async function openDatabaseAt(address: string, host: Host): Promise<TableTarget> {
  if (!address.startsWith('sqlserver://')) return openTarget(address);
  const parts = readSqlServerAddress(address);
  if (parts.user !== '') return openTarget(address);
  // Loaded here, because most addresses do not need it.
  const { openWithEntra } = await import('./open-with-entra.ts');
  return openWithEntra(address, parts, host);
}
