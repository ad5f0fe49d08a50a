import { sandboxConnections, type SandboxConnections } from '../../doubles/connections.ts';
import type { Sandbox } from '../../doubles/sandbox.ts';

/** Fields of the Zapier connection by service, as a person enters them for the accounts of the sandbox. */
export type Groups = {
  [Key in keyof SandboxConnections]: {
    [Field in keyof SandboxConnections[Key] as `${Key}_${Field & string}`]: SandboxConnections[Key][Field];
  };
};

/** The groups of the Zapier connection for the accounts of the sandbox: `groups.dbt.dbt_apiToken`. */
export function groupsOf(sandbox: Sandbox): Groups {
  const groups = Object.entries(sandboxConnections(sandbox)).map(([key, values]) => [
    key,
    Object.fromEntries(Object.entries(values).map(([field, value]) => [`${key}_${field}`, value])),
  ]);
  return Object.fromEntries(groups) as Groups;
}
