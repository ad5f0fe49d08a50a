import type { Context } from '../../define/context.ts';
import type { Event, Subscription } from '../../define/trigger.ts';
import type { Secrets } from '../../define/verification.ts';
import type { DbtConnection } from './connection-fields.ts';
import {
  eventOf,
  exampleOf,
  matchesFilter,
  notificationFields,
  readNotification,
  type JobFilter,
  type JobRunStage,
  type Notification,
  type RunNotification,
} from './notifications.ts';
import { notificationsSince, recentNotifications } from './recent-runs.ts';
import { isSubscribed, subscribe, unsubscribe, type EventType } from './subscriptions.ts';

/** The events of one trigger. */
export interface JobRunEvents<I extends JobFilter> {
  stage: JobRunStage;
  /** Event types that may report this stage. */
  eventTypes: readonly EventType[];
  /** Whether to emit an event, in addition to the filter by jobs and environments. */
  isWanted(notification: Notification, input: I): boolean;
}

/**
 * The parts that all webhook triggers for job runs share. dbt's API creates the webhook, and the secret of the webhook
 * verifies each delivery.
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
export function jobRunEvents<I extends JobFilter>({ stage, eventTypes, isWanted }: JobRunEvents<I>) {
  const toEvents = (notifications: Notification[], input: I): Event<RunNotification>[] =>
    notifications
      .filter((notification) => matchesFilter(notification, input) && isWanted(notification, input))
      .map((notification) => eventOf(notification, stage));
  return {
    output: notificationFields,
    verification: {
      scheme: () => 'dbt' as const,
      secrets: (_connection: DbtConnection, subscription: Subscription | undefined): Secrets =>
        subscription?.secret ? { current: subscription.secret } : {},
    },
    subscriber: {
      subscribe: (input: I, url: string, context: Context<DbtConnection>) =>
        subscribe(`job.run.${stage}`, input.jobs ?? [], url, context),
      isSubscribed,
      unsubscribe,
    },
    events(body: unknown, input: I): Event<RunNotification>[] {
      const notification = readNotification(body);
      if (!notification || !eventTypes.some((type) => type === notification.eventType)) return [];
      return toEvents([notification], input);
    },
    example: (now: Date) => exampleOf(stage, now),
    async missed(input: I, since: Date, context: Context<DbtConnection>): Promise<Event<RunNotification>[]> {
      const notifications = await notificationsSince(input, since, context);
      const reached = notifications.filter(
        ({ startedAt, finishedAt }) =>
          Date.parse((stage === 'started' ? startedAt : finishedAt) ?? '') >= since.getTime(),
      );
      return toEvents(reached, input);
    },
    async recent(input: I, context: Context<DbtConnection>): Promise<Event<RunNotification>[]> {
      return toEvents(await recentNotifications(input, context), input);
    },
  };
}
