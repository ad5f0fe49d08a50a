import type { Sandbox } from '../../doubles/sandbox.ts';

/** What a person would type into the groups of the Zapier connection for the accounts of the sandbox. */
export function groupsOf({ accounts, addresses }: Sandbox) {
  const { azure, databricks, quantemplate, dbt, mode, slack, webAddress } = accounts;
  return {
    azure: {
      azure_tenantId: azure.tenantId,
      azure_clientId: azure.clientId,
      azure_clientSecret: azure.clientSecret,
      azure_subscriptionId: azure.subscriptionId,
      azure_cloud: 'custom',
      azure_authorityUrl: addresses.entra,
      azure_managementUrl: addresses.arm,
      azure_synapseUrl: addresses.synapse,
    },
    quantemplate: {
      quantemplate_clientId: quantemplate.clientId,
      quantemplate_clientSecret: quantemplate.clientSecret,
      quantemplate_organisationId: quantemplate.organisationId,
      quantemplate_webhookSecret: 'a long random text',
      quantemplate_previousWebhookSecret: 'the text before it',
      quantemplate_apiUrl: addresses.quantemplate,
      quantemplate_loginUrl: addresses.quantemplateLogin,
    },
    dbt: { dbt_accessUrl: addresses.dbt, dbt_accountId: String(dbt.accountId), dbt_apiToken: dbt.token },
    databricks: { databricks_workspaceUrl: addresses.databricks, databricks_token: databricks.token },
    mode: {
      mode_workspace: mode.workspace,
      mode_apiToken: mode.token,
      mode_apiSecret: mode.secret,
      mode_address: addresses.mode,
    },
    webhookSecret: { webhookSecret_secret: 'whsec_c2VjcmV0LW9mLXRoZS1zZW5kZXItb2YtZXZlbnRz' },
    webAddress: {
      webAddress_website: addresses.website,
      webAddress_authentication: 'header',
      webAddress_headerName: webAddress.headerName,
      webAddress_headerSecret: webAddress.headerSecret,
    },
    slack: { slack_botToken: slack.botToken, slack_address: addresses.slack },
  };
}
