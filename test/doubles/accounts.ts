import { doubles, type DoubleName, type Doubles } from './doubles.ts';

/** The accounts of every vendor. */
export type SandboxAccounts = { readonly [Name in DoubleName]: Doubles[Name]['account'] };

/**
 * What a tester enters in the connection forms. The sandbox accepts these accounts and no others. The addresses contain the
 * port, so they are in `Sandbox.addresses`.
 */
export const sandboxAccounts = Object.fromEntries(
  Object.entries(doubles).map(([name, { account }]) => [name, account]),
) as SandboxAccounts;
