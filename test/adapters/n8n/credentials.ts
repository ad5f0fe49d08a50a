import type { Sandbox } from '../../doubles/sandbox.ts';
import type { Credentials } from './open-n8n.ts';

/** The credentials that the sandbox takes, by their types. */
export function sandboxCredentials({ accounts, addresses }: Sandbox): Credentials {
  const { azure, databricks, dbt, mode, quantemplate, slack, webAddress } = accounts;
  return {
    pipewrightAzureApi: {
      tenantId: azure.tenantId,
      clientId: azure.clientId,
      clientSecret: azure.clientSecret,
      subscriptionId: azure.subscriptionId,
      cloud: 'custom',
      authorityUrl: addresses.entra,
      managementUrl: addresses.arm,
      synapseUrl: addresses.synapse,
    },
    pipewrightDatabricksApi: {
      workspaceUrl: addresses.databricks,
      token: databricks.token,
      webhookSecret: 'a-long-secret-of-our-own',
    },
    pipewrightDbtApi: { accessUrl: addresses.dbt, accountId: String(dbt.accountId), apiToken: dbt.token },
    pipewrightModeApi: {
      workspace: mode.workspace,
      apiToken: mode.token,
      apiSecret: mode.secret,
      address: addresses.mode,
    },
    pipewrightQuantemplateApi: {
      clientId: quantemplate.clientId,
      clientSecret: quantemplate.clientSecret,
      organisationId: quantemplate.organisationId,
      webhookSecret: 'a-long-secret-of-our-own',
      apiUrl: addresses.quantemplate,
      loginUrl: addresses.quantemplateLogin,
    },
    pipewrightSlackApi: { botToken: slack.botToken, address: addresses.slack },
    pipewrightWebAddressApi: {
      website: addresses.website,
      authentication: 'header',
      headerName: webAddress.headerName,
      headerSecret: webAddress.headerSecret,
    },
    pipewrightWebhookSecretApi: { secret: 'whsec_c2VjcmV0LW9mLXRoZS1zZW5kZXItb2YtZXZlbnRz' },
    pipewrightSqlApi: { engine: 'sqlite', file: 'datasets.db' },
  };
}
