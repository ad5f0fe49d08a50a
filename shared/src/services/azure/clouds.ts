import { entraAuthorities } from '../../auth/entra-token.ts';

/** URLs of a Microsoft cloud. */
export interface Cloud {
  /** Login URL without the tenant. */
  authority: string;
  /** Azure Resource Manager; the scope is this URL with `/.default`. */
  management: string;
  /** Domain suffix of Synapse workspaces. */
  synapseSuffix: string;
  /** Data Factory Studio and Synapse Studio; absent if unknown. */
  dataFactoryStudio?: string;
  synapseStudio?: string;
}

/**
 * The Microsoft clouds. Some URLs of US Government and China are not documented; they come from public tools and are untested.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export const clouds = {
  public: {
    authority: entraAuthorities.public,
    management: 'https://management.azure.com',
    synapseSuffix: '.dev.azuresynapse.net',
    dataFactoryStudio: 'https://adf.azure.com',
    synapseStudio: 'https://web.azuresynapse.net',
  },
  'us-government': {
    authority: entraAuthorities['us-government'],
    management: 'https://management.usgovcloudapi.net',
    synapseSuffix: '.dev.azuresynapse.usgovcloudapi.net',
    dataFactoryStudio: 'https://adf.azure.us',
    synapseStudio: 'https://web.azuresynapse.us',
  },
  china: {
    authority: entraAuthorities.china,
    management: 'https://management.chinacloudapi.cn',
    synapseSuffix: '.dev.azuresynapse.azure.cn',
    dataFactoryStudio: 'https://adf.azure.cn',
    synapseStudio: 'https://web.azuresynapse.azure.cn',
  },
} as const satisfies Record<string, Cloud>;
