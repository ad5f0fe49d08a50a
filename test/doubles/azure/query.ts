import { azureRefusal } from './refusal.ts';
import { page } from './pages.ts';

type Shown = Record<string, unknown>;

/** Fields of a run or activity by operand of a filter. */
const fields: Record<string, string> = {
  PipelineName: 'pipelineName',
  Status: 'status',
  RunStart: 'runStart',
  RunEnd: 'runEnd',
  RunGroupId: 'runGroupId',
  LatestOnly: 'isLatest',
  ActivityName: 'activityName',
  ActivityType: 'activityType',
  ActivityRunStart: 'activityRunStart',
  ActivityRunEnd: 'activityRunEnd',
  TriggerName: 'triggerName',
  TriggerRunTimestamp: 'triggerRunTimestamp',
};

interface Filter {
  operand?: unknown;
  operator?: unknown;
  values?: unknown;
}

function fits(entry: Shown, { operand, operator, values }: Filter): boolean {
  const field = fields[String(operand)];
  if (!field || !Array.isArray(values) || values.length === 0) {
    throw azureRefusal(
      400,
      'InvalidQueryFilter',
      `The filter on '${String(operand)}' is not valid: it needs a known operand and at least one value.`,
    );
  }
  const found = values.map(String).includes(String(entry[field]));
  if (operator === 'Equals' || operator === 'In') return found;
  if (operator === 'NotEquals' || operator === 'NotIn') return !found;
  throw azureRefusal(400, 'InvalidQueryFilter', `The operator '${String(operator)}' is not valid.`);
}

function sorted(entries: Shown[], orderBy: unknown): Shown[] {
  const orders = Array.isArray(orderBy) ? (orderBy as { orderBy?: string; order?: string }[]) : [];
  return [...entries].sort((a, b) => {
    for (const { orderBy: by = '', order } of orders) {
      const field = fields[by] ?? '';
      const difference = String(a[field] ?? '').localeCompare(String(b[field] ?? ''));
      if (difference !== 0) return order === 'DESC' ? -difference : difference;
    }
    return 0;
  });
}

/**
 * Responds to queries of Data Factory and Synapse: filters, order, a window over the time of the last update, and pages
 * with a continuation token in the body.
 * @param changed field with the time of the last update
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/query-by-factory
 */
export function query(
  entries: Shown[],
  body: Record<string, unknown>,
  changed: string,
): { value: Shown[]; continuationToken?: string } {
  const [after, before] = [body['lastUpdatedAfter'], body['lastUpdatedBefore']].map((value) =>
    Date.parse(String(value)),
  );
  if (after === undefined || before === undefined || Number.isNaN(after) || Number.isNaN(before)) {
    throw azureRefusal(400, 'BadRequest', "The parameters 'lastUpdatedAfter' and 'lastUpdatedBefore' are required.");
  }
  const filters = Array.isArray(body['filters']) ? (body['filters'] as Filter[]) : [];
  const found = entries.filter((entry) => {
    const updatedAt = Date.parse(String(entry[changed]));
    return updatedAt >= after && updatedAt <= before && filters.every((filter) => fits(entry, filter));
  });
  const { value, next } = page(sorted(found, body['orderBy']), body['continuationToken'] as string | undefined);
  return next ? { value, continuationToken: next } : { value };
}
