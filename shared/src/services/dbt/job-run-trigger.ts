import type { Fields } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import { defineWebhookTrigger, type Event, type Subscription, type WebhookTrigger } from '../../define/trigger.ts';
import type { Secrets } from '../../define/verification.ts';
import type { DbtConnection } from './connection-fields.ts';
import {
  eventOf,
  exampleOf,
  filterFields,
  notificationFields,
  passes,
  readNotification,
  type Notification,
  type RunNotification,
} from './notifications.ts';
import { notificationsSince, recentNotifications } from './recent-runs.ts';
import { isSubscribed, subscribe, unsubscribe, type EventType } from './subscriptions.ts';

type Filter = Values<typeof filterFields>;

/** In what the triggers of job runs differ. */
export interface JobRunTrigger<F extends Fields> {
  key: string;
  name: string;
  description: string;
  stage: 'started' | 'completed' | 'errored';
  /** Input fields beside jobs and environments. */
  input: F;
  sample: Values<typeof notificationFields>;
  /** Kinds of notification that may tell of this stage. */
  understands: readonly EventType[];
  /** Whether the trigger is for a run like this. */
  wants(notification: Notification, input: Values<F>): boolean;
}

/**
 * Describes a trigger that dbt calls: subscribed through the interface, verified by the secret of its own subscription.
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
export function defineJobRunTrigger<const F extends Fields>({
  key,
  name,
  description,
  stage,
  input,
  sample,
  understands,
  wants,
}: JobRunTrigger<F>): WebhookTrigger {
  const isWanted = (notification: Notification, filter: Filter): boolean =>
    passes(notification, filter) && wants(notification, filter as unknown as Values<F>);
  return defineWebhookTrigger<DbtConnection>()({
    key,
    name,
    description,
    input: { ...filterFields, ...(input as Fields) } as typeof filterFields,
    output: notificationFields,
    sample,
    verification: {
      scheme: () => 'dbt' as const,
      secrets: (_connection: DbtConnection, subscription: Subscription | undefined): Secrets =>
        subscription?.secret ? { current: subscription.secret } : {},
    },
    subscriber: {
      subscribe: (filter, url, context) => subscribe(`job.run.${stage}`, filter.jobs ?? [], url, context),
      isSubscribed,
      unsubscribe,
    },
    events(body, filter): Event<RunNotification>[] {
      const notification = readNotification(body);
      if (
        !notification ||
        !understands.includes(notification.eventType as EventType) ||
        !isWanted(notification, filter)
      )
        return [];
      return [eventOf(notification, stage)];
    },
    example: (now) => exampleOf(stage, now),
    async missed(filter, since, context): Promise<Event<RunNotification>[]> {
      const notifications = await notificationsSince(filter, since, context);
      const reachedAt = ({ startedAt, finishedAt }: Notification): string | undefined =>
        stage === 'started' ? startedAt : finishedAt;
      return notifications
        .filter(
          (notification) =>
            isWanted(notification, filter) && Date.parse(reachedAt(notification) ?? '') >= since.getTime(),
        )
        .map((notification) => eventOf(notification, stage));
    },
    async recent(filter, context): Promise<Event<RunNotification>[]> {
      const notifications = await recentNotifications(filter, context);
      return notifications
        .filter((notification) => isWanted(notification, filter))
        .map((notification) => eventOf(notification, stage));
    },
  });
}
