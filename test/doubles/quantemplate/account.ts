/** The account for Quantemplate in the sandbox. */
export const quantemplateAccount = {
  clientId: 'u-sandbox-api-user',
  clientSecret: 'sandbox-quantemplate-secret',
  organisationId: 'c-contoso',
  claimsDatasetId: 'd-claims',
  emptyDatasetId: 'd-empty',
  /** A dataset that the API user may only read. */
  readOnlyDatasetId: 'd-reference',
  pipelineId: 'p-bordereaux',
} as const;
