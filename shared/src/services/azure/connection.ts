import * as v from 'valibot';
import { authorityVariable, entraLoginVariables } from '../../auth/entra-variables.ts';
import { defineConnection } from '../../define/connection.ts';
import { checkWebhookSecrets } from '../../webhooks/shared-secret-fields.ts';
import { displayText } from '../../http/response-schema.ts';
import { managementApi } from './api.ts';
import { fields } from './connection-fields.ts';

/** Service principal or managed identity, for Data Factory and Synapse. */
export const azureConnection = defineConnection({
  key: 'azure',
  name: 'Azure Service Principal',
  description:
    'A service principal in Microsoft Entra ID, such as an app registration. Assign it the role Data Factory Contributor on the data factory; for Synapse, also a Synapse role such as Synapse Compute Operator in the workspace.',
  documentationUrl: 'https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal',
  fields,
  fromVariables(given, variable) {
    const { cloud, authorityUrl } = authorityVariable(variable);
    return {
      ...entraLoginVariables(given, variable),
      subscriptionId: variable('AZURE_SUBSCRIPTION_ID'),
      ...(authorityUrl ? { cloud: 'custom', authorityUrl } : { cloud }),
    };
  },
  async test({ connection, host }) {
    checkWebhookSecrets(connection);
    const api = managementApi({ connection, host });
    const { displayName } = await api.json(
      'GET',
      `/subscriptions/${encodeURIComponent(connection.subscriptionId)}`,
      v.object({ displayName: displayText }),
      { query: { 'api-version': '2022-12-01' } },
    );
    return displayName ?? connection.subscriptionId;
  },
});
