import { dbtAccount } from './account.ts';
import { dbtTimestamp } from './envelope.ts';

const { accountId, environmentId, projectId, jobId } = dbtAccount;
const created = dbtTimestamp(Date.parse('2025-03-01T09:00:00Z'));

/** A job of the sandbox. */
export interface DbtJob {
  id: number;
  name: string;
  description: string;
  steps: string[];
  /** Every run fails at its last step. */
  alwaysFails?: boolean;
}

/** The jobs of the account. */
export const dbtJobs: DbtJob[] = [
  {
    id: jobId,
    name: 'Daily Job (dbt build)',
    description: 'Builds and tests every model.',
    steps: ['dbt deps', 'dbt build'],
  },
  { id: 124, name: 'dbt Vault', description: 'Fails in every run.', steps: ['dbt seed', 'dbt run'], alwaysFails: true },
  ...Array.from({ length: 23 }, (_, index) => ({
    id: 200 + index,
    name: `${index % 2 === 0 ? 'Hourly refresh' : 'Weekly snapshot'} ${String(index + 1).padStart(2, '0')}`,
    description: '',
    steps: ['dbt run'],
  })),
];

/** The API resource of the account. */
export const dbtAccountResource = {
  id: accountId,
  name: 'Contoso',
  identifier: 'act_sandbox',
  plan: 'enterprise',
  state: 1,
  run_slots: 5,
  queue_limit: 50,
  run_duration_limit_seconds: 86_400,
  run_locked_until: null,
  developer_seats: 8,
  it_seats: 2,
  explorer_seats: 0,
  analyst_seats: 0,
  read_only_seats: 5,
  locked: false,
  lock_reason: null,
  lock_cause: null,
  unlocked_at: null,
  pending_cancel: false,
  billing_email_address: null,
  pod_memory_request_mebibytes: 600,
  develop_pod_memory_request_mebibytes: 0,
  enterprise_login_slug: null,
  business_critical: false,
  starter_repo_url: null,
  git_auth_level: 'team',
  trial_end_date: null,
  static_subdomain: null,
  vanity_subdomain: null,
  copilot_locked_until: null,
  agent_credit_locked: false,
  account_migration_events: [],
  groups: [],
  created_at: created,
  updated_at: created,
};

/** The account's only project. */
export const dbtProject = {
  id: projectId,
  account_id: accountId,
  name: 'Snowflake Github Demo',
  description: '',
  connection_id: 5001,
  repository_id: 6001,
  state: 1,
  type: 0,
  created_at: created,
  updated_at: created,
  connection: null,
  environments: [],
  repository: null,
  group_permissions: [],
  docs_job: null,
  freshness_job: null,
  fusion_readiness: null,
  default_version: null,
};

/** The account's only environment. */
export const dbtEnvironment = {
  id: environmentId,
  account_id: accountId,
  project_id: projectId,
  name: 'Production',
  dbt_version: 'latest',
  type: 'deployment',
  deployment_type: 'production',
  use_custom_branch: false,
  supports_docs: true,
  state: 1,
  created_at: created,
  updated_at: created,
};

/** The API resource of a job. */
export function showJob(job: DbtJob): Record<string, unknown> {
  return {
    id: job.id,
    account_id: accountId,
    project_id: projectId,
    environment_id: environmentId,
    name: job.name,
    description: job.description,
    dbt_version: null,
    raw_dbt_version: null,
    deferring_environment_id: null,
    deferring_job_definition_id: null,
    execute_steps: job.steps,
    execution: { timeout_seconds: 0 },
    generate_docs: false,
    generate_sources: false,
    run_generate_sources: false,
    run_lint: false,
    errors_on_lint_failure: true,
    run_compare_changes: false,
    lifecycle_webhooks: false,
    lifecycle_webhooks_url: null,
    is_deferrable: false,
    job_type: 'scheduled',
    run_failure_count: 0,
    settings: { threads: 4, target_name: 'default' },
    state: 1,
    triggers: { github_webhook: false, git_provider_webhook: false, schedule: true, on_merge: false },
    triggers_on_draft_pr: false,
    job_completion_trigger_condition: null,
    schedule: { cron: '0 6 * * *', date: { type: 'every_day' }, time: { type: 'at_exact_hours', hours: [6] } },
    created_at: created,
    updated_at: created,
    account: null,
    project: null,
    environment: null,
    fusion_readiness: null,
  };
}

/** The API resource of a job within a run, where the schedule has another format. */
export function showJobOfRun(job: DbtJob): Record<string, unknown> {
  return { ...showJob(job), schedule: { cron: '0 6 * * *', date: 'every_day', time: 'at_exact_hours' } };
}
