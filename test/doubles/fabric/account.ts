import { azureAccount } from '../azure/account.ts';

const { tenantId, clientId, clientSecret } = azureAccount;

/** The account for Fabric in the sandbox: the app registration of Azure. */
export const fabricAccount = {
  tenantId,
  clientId,
  clientSecret,
  workspaceId: '4b218778-e7a5-4d73-8187-f10824047715',
  /** Pipeline `Load claims` with the activities Copy claims and Check rows. */
  pipelineId: '431e8d7b-4a95-4c02-8ccd-6faef5ba1bd7',
  /** Notebook `Claims report`. */
  notebookId: 'f2d7e1a4-6c35-4b1d-9b7e-5a0c3d8e4f61',
  /** Spark job definition `Nightly claims`. */
  sparkJobId: '7a9c2e58-1f4b-4d03-8a6f-2b5e9c7d1034',
} as const;
