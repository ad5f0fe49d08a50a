/** The account for Databricks in the sandbox. */
export const databricksAccount = {
  token: 'dapi-sandbox-token',
  clientId: 'sandbox-databricks-client',
  clientSecret: 'sandbox-databricks-secret',
  /** Job `Monthly report`. Larger than `Number.MAX_SAFE_INTEGER`. */
  jobId: '9007199254740993',
  /** A file in a Unity Catalog volume. */
  filePath: '/Volumes/main/claims/landing/claims.csv',
} as const;
