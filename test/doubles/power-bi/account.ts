import { azureAccount } from '../azure/account.ts';

const { tenantId, clientId, clientSecret } = azureAccount;

/** The account for Power BI in the sandbox: the app registration of Azure. */
export const powerBiAccount = {
  tenantId,
  clientId,
  clientSecret,
  workspaceId: 'f089354e-8366-4e18-aea3-4cb4a3a50b48',
  /** Semantic model `Claims overview` with the tables Claims, Policies and Date. */
  modelId: 'cfafbeb1-8037-4d0c-896e-a46fb27ff229',
  financeId: '2b1f7c64-5d0e-4a8f-9a51-7f0c1f4e9d10',
  /** Semantic model `Ledger` in the workspace Finance. */
  ledgerId: '8d9a4c1e-3b52-4c77-8e0a-1c6f5b2d7a90',
} as const;
