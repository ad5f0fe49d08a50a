import { entraAuthorities } from '../../auth/entra-token.ts';

/** Where the parts of one Microsoft cloud are. */
export interface Cloud {
  /** Login addresses, without the tenant. */
  authority: string;
  /** Management plane (Azure Resource Manager); its scope is this address with `/.default`. */
  management: string;
  /** Suffix of a Synapse workspace's data plane: `contoso` + this. */
  synapseSuffix: string;
  /** Pages of Data Factory and Synapse Studio; absent where they are not known. */
  dataFactoryStudio?: string;
  synapseStudio?: string;
}

/**
 * The Microsoft clouds. Public and China: documented; parts of US Government and China are taken from public tools and
 * were not tried.
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
