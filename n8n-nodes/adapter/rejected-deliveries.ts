import { NodeOperationError, type ITriggerFunctions, type IWebhookFunctions } from 'n8n-workflow';
import { isObject } from '../../shared/src/host/is-object.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { headerValues, type Delivery } from '../../shared/src/webhooks/delivery.ts';
import type { DeliveryResult } from '../../shared/src/webhooks/process-delivery.ts';
import { triggerKey } from './emitters.ts';
import { optionsName } from './form.ts';
import type { ReadParameter } from './parameters.ts';
import { reportRejectedName } from './report-rejected.ts';

/** A delivery that was not verified. */
type Rejected = Extract<DeliveryResult, { outcome: 'rejected' }>;

/** Shortest time between two log lines for the same reason: forged deliveries must not flood the log. */
const logIntervalMs = 1_000;

/** Shortest time between two failed executions of a trigger for the same reason. */
const reportIntervalMs = 60 * 60_000;

/** Maximum number of failed executions of a trigger per interval, because an attacker can provoke different reasons. */
const maxReports = 5;

/** The rejections of a trigger for one reason. Times are in milliseconds since 1970. */
interface Rejections {
  loggedAt: number;
  reportedAt: number;
  /** Rejections since the last report. */
  count: number;
}

/** Maximum number of triggers with recorded rejections. */
const maxTriggers = 1_000;

/** The rejections by trigger and reason. */
const history = new Map<string, Map<string, Rejections>>();

type SaveFailedExecution = ITriggerFunctions['saveFailedExecution'];

/** Saves a failed execution, by published trigger. */
const reporters = new Map<string, SaveFailedExecution>();

/** Reports rejected deliveries to a published trigger as failed executions; returns a function that stops it. */
export function keepRejectionReports(context: ITriggerFunctions): () => void {
  const key = triggerKey(context);
  const report: SaveFailedExecution = (error) => context.saveFailedExecution(error);
  reporters.set(key, report);
  // A published change, such as a corrected secret, is worth a new report.
  history.delete(key);
  return () => {
    if (reporters.get(key) === report) reporters.delete(key);
  };
}

function rejectionsOf(key: string): Map<string, Rejections> {
  const found = history.get(key);
  if (found) return found;
  if (history.size >= maxTriggers) history.clear();
  const byReason = new Map<string, Rejections>();
  history.set(key, byReason);
  return byReason;
}

/** The first 60 printable ASCII characters of the user agent, without those of HTML: n8n's editor renders descriptions as HTML. */
function senderOf(delivery: Delivery): string {
  const sender = (headerValues(delivery, 'user-agent')[0] ?? '').replace(/[^\x20-\x7e]|[<>&"']/g, '').slice(0, 60);
  return sender === '' ? '' : ` from ${sender}`;
}

function mayReport(byReason: Map<string, Rejections>, reason: Rejections, now: number): boolean {
  const recent = [...byReason.values()].filter(({ reportedAt }) => now - reportedAt < reportIntervalMs);
  return now - reason.reportedAt >= reportIntervalMs && recent.length < maxReports;
}

/** Splits an explanation into a message, which n8n shows in lists, and what to do. */
export function describeRejection(explanation: string): { message: string; whatToDo: string } {
  const [what = explanation] = explanation.split(/(?<=\.) /);
  return { message: `An event was rejected. ${what}`, whatToDo: explanation.slice(what.length).trim() };
}

const isOn = (read: ReadParameter): boolean => {
  const options = read(optionsName, {});
  return !isObject(options) || options[reportRejectedName] !== false;
};

/**
 * Reports why a delivery to a published trigger was rejected: in n8n's log, and as a failed execution, which n8n lists and which
 * starts the error workflow. Both are limited, because anyone who knows the URL can send deliveries. The reports contain no
 * body, signature or secret. A process that only receives deliveries has no access to the executions and only writes the log.
 * @param now milliseconds since 1970
 */
export function reportRejection(
  context: IWebhookFunctions,
  service: Service,
  delivery: Delivery,
  { reason, explanation }: Rejected,
  read: ReadParameter,
  now = Date.now(),
): void {
  const key = triggerKey(context);
  const byReason = rejectionsOf(key);
  const found = byReason.get(reason) ?? { loggedAt: -Infinity, reportedAt: -Infinity, count: 0 };
  byReason.set(reason, found);
  found.count += 1;
  if (now - found.loggedAt >= logIntervalMs) {
    found.loggedAt = now;
    context.logger.warn(`${service.name}: an event was rejected. ${explanation}`);
  }
  const report = reporters.get(key);
  if (!report || context.getMode() === 'manual' || !isOn(read) || !mayReport(byReason, found, now)) return;
  const size = `The event${senderOf(delivery)} has ${delivery.body.length} bytes.`;
  const others = found.count > 1 ? `${found.count} events were rejected for this reason since the last report.` : '';
  Object.assign(found, { reportedAt: now, count: 0 });
  const { message, whatToDo } = describeRejection(explanation);
  const description = [whatToDo, size, others].filter(Boolean).join(' ');
  report(new NodeOperationError(context.getNode(), message, { description }));
}
