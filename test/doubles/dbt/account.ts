/** The account for dbt in the sandbox. */
export const dbtAccount = {
  accountId: 4711,
  token: 'dbtc_sandbox-service-token',
  projectId: 167194,
  environmentId: 1234,
  /** Job `Daily Job (dbt build)`. */
  jobId: 123,
} as const;
