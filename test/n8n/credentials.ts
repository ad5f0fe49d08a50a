import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Credentials } from './open-n8n.ts';

/** The credentials that the sandbox takes, by their types. */
export function sandboxCredentials({ accounts, addresses }: Sandbox): Credentials {
  const { azure, dbt, quantemplate } = accounts;
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
    pipewrightDbtApi: { accessUrl: addresses.dbt, accountId: String(dbt.accountId), apiToken: dbt.token },
    pipewrightQuantemplateApi: {
      clientId: quantemplate.clientId,
      clientSecret: quantemplate.clientSecret,
      organisationId: quantemplate.organisationId,
      webhookSecret: 'a-long-secret-of-our-own',
      apiUrl: addresses.quantemplate,
      loginUrl: addresses.quantemplateLogin,
    },
    pipewrightSqlApi: { engine: 'sqlite', file: 'datasets.db' },
  };
}
