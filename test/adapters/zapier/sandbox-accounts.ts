import { sandboxConnections, type SandboxConnections } from '../../doubles/connections.ts';
import type { Sandbox } from '../../doubles/sandbox.ts';

/** Fields of the Zapier connection by service, as a user enters them for the accounts of the sandbox. */
export type Groups = {
  [Key in Exclude<keyof SandboxConnections, 'webAddress'>]: {
    [Field in keyof SandboxConnections[Key] as `${Key}_${Field & string}`]: SandboxConnections[Key][Field];
  };
} & { quantemplate: { quantemplate_previousWebhookSecret: string } };

/** The groups of the Zapier connection for the accounts of the sandbox: `groups.dbt.dbt_apiToken`. */
export function groupsOf(sandbox: Sandbox): Groups {
  // Only the command line logs in to websites.
  const { quantemplate, webAddress: _, ...others } = sandboxConnections(sandbox);
  const previousWebhookSecret = 'the-secret-before-this-one';
  const connections = { ...others, quantemplate: { ...quantemplate, previousWebhookSecret } };
  const groups = Object.entries(connections).map(([key, values]) => [
    key,
    Object.fromEntries(Object.entries(values).map(([field, value]) => [`${key}_${field}`, value])),
  ]);
  return Object.fromEntries(groups) as Groups;
}
