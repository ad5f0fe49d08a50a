/** The account for Azure in the sandbox. */
export const azureAccount = {
  tenantId: '0c0ffee0-1111-4222-8333-944455566677',
  clientId: '5a1ad000-1111-4222-8333-944455566677',
  clientSecret: 'sandbox~azure~secret',
  /** An expired secret of the same application. */
  expiredClientSecret: 'sandbox~azure~expired-secret',
  /** The user-assigned identity of the simulated machine, and the header that its App Service endpoint requires. */
  identityClientId: '1de00000-1111-4222-8333-944455566677',
  identityHeader: 'sandbox~app~service~header',
  subscriptionId: '11111111-2222-4333-8444-555555555555',
  resourceGroup: 'data-platform',
  factory: 'contoso-factory',
  workspace: 'contoso-synapse',
  sparkPool: 'sparkpool',
  sqlPool: 'warehouse',
} as const;
