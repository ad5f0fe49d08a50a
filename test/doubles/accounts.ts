/**
 * What a tester types into the connection forms. Every vendor of the sandbox knows these accounts and no others; the
 * addresses are in `Sandbox.addresses` because they hold the port.
 */
export const sandboxAccounts = {
  azure: {
    tenantId: '0c0ffee0-1111-4222-8333-944455566677',
    clientId: '5a1ad000-1111-4222-8333-944455566677',
    clientSecret: 'sandbox~azure~secret',
    /** A secret of the same application that has run out. */
    expiredClientSecret: 'sandbox~azure~expired-secret',
    subscriptionId: '11111111-2222-4333-8444-555555555555',
    resourceGroup: 'data-platform',
    factory: 'contoso-factory',
    workspace: 'contoso-synapse',
    sparkPool: 'sparkpool',
    sqlPool: 'warehouse',
  },
  quantemplate: {
    clientId: 'u-sandbox-api-user',
    clientSecret: 'sandbox-quantemplate-secret',
    organisationId: 'c-contoso',
    claimsDatasetId: 'd-claims',
    emptyDatasetId: 'd-empty',
    /** A dataset that is shared with the API user for reading only. */
    readOnlyDatasetId: 'd-reference',
    pipelineId: 'p-bordereaux',
  },
  dbt: {
    accountId: 4711,
    token: 'dbtc_sandbox-service-token',
    projectId: 167194,
    environmentId: 1234,
    /** The job `Daily Job (dbt build)`. */
    jobId: 123,
  },
  mode: {
    workspace: 'contoso',
    token: 'sandboxmode01',
    secret: 'sandbox-mode-secret',
    spaceToken: '5ba2f1aa0001',
    /** The report `Weekly claims KPI`. */
    reportToken: '4e0af8c10001',
  },
  databricks: {
    token: 'dapi-sandbox-token',
    clientId: 'sandbox-databricks-client',
    clientSecret: 'sandbox-databricks-secret',
    /** The job `Monthly report`; longer than a number can hold. */
    jobId: '9007199254740993',
    /** A file of a volume. */
    filePath: '/Volumes/main/claims/landing/claims.csv',
  },
  slack: {
    botToken: 'xoxb-sandbox-bot',
    /** A token that lacks the permission to write files. */
    readerToken: 'xoxb-sandbox-reader',
    signingSecret: 'sandbox-slack-signing-secret',
    teamId: 'T0SANDBOX1',
    generalChannelId: 'C0GENERAL1',
    dataChannelId: 'C0DATATEAM',
    userId: 'U0ADALOVE1',
    userEmail: 'ada@contoso.example',
    /** A file `claims.csv` that was shared. */
    fileId: 'F0CLAIMS01',
  },
  /** A website takes any of these. */
  webAddress: {
    token: 'sandbox-web-token',
    user: 'ada',
    password: 'sandbox-web-password',
    headerName: 'X-API-Key',
    headerSecret: 'sandbox-web-key',
  },
} as const;
