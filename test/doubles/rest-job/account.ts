/** The account for the job tools in the sandbox, and the names of their jobs. */
export const restJobAccount = {
  token: 'sandbox-rest-job-token',
  /** The login of Airflow for a token. */
  user: 'pipewright',
  password: 'sandbox-airflow-password',
  /** The application of Airbyte. */
  clientId: '0da998a2-0d7b-49c7-bb6e-9f7eb9cc68a0',
  clientSecret: 'sandbox-airbyte-secret',
  /** Deployment `daily-claims` of Prefect. */
  deployment: '6f3a2c1e-9b7d-4e21-8a55-0c4d1b7e9f10',
  /** Connection `claims-to-warehouse` of Airbyte. */
  connection: 'e735894a-e773-4938-969f-45f53957b75b',
  /** DAG of Airflow. */
  dag: 'daily_claims',
} as const;
