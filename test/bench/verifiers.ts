import { verify } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { verifyDelivery } from '../../shared/src/webhooks/verify-delivery.ts';
import type { SignatureScheme } from '../../shared/src/define/verification.ts';
import { schemes } from '../../shared/src/webhooks/schemes.ts';
import { signedRuns } from './dbt-deliveries.ts';
import { expectCount, perEvent } from './events.ts';
import { compare, type BenchResult } from './result.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;

/** A peer library that verifies and parses a delivery; it throws or returns false for a forged one. */
interface Peer {
  name: string;
  /** Our scheme for the same deliveries, or the most similar one. */
  scheme: SignatureScheme;
  /** Signs a delivery and returns a function that verifies and parses it as the peer's documentation shows. */
  prepare(body: Buffer, now: number): () => unknown;
}

/** @param now timestamp of the signature, in seconds since 1970 */
const headersOf = (scheme: SignatureScheme, body: Buffer, now: number): Record<string, string> =>
  schemes[scheme].sign({ secret, body, id: 'msg_1', now }).headers as Record<string, string>;

const stripe = new Stripe('sk_test_unused');
const standard = new Webhook(secret);
const svix = new SvixWebhook(secret);

const peers: Peer[] = [
  {
    name: '@octokit/webhooks-methods',
    scheme: 'github',
    prepare(body, now) {
      const signature = headersOf('github', body, now)['x-hub-signature-256'] ?? '';
      return async () =>
        (await verify(secret, body.toString('utf8'), signature)) && (JSON.parse(body.toString('utf8')) as unknown);
    },
  },
  {
    name: 'stripe (its own scheme, similar to Slack’s)',
    scheme: 'slack',
    prepare(body, now) {
      const header = stripe.webhooks.generateTestHeaderString({
        payload: body.toString('utf8'),
        secret,
        timestamp: now,
      });
      return () => stripe.webhooks.constructEvent(body, header, secret);
    },
  },
  {
    name: 'standardwebhooks',
    scheme: 'standard-webhooks',
    prepare(body, now) {
      const headers = headersOf('standard-webhooks', body, now);
      return () => standard.verify(body, headers);
    },
  },
  {
    name: 'svix',
    scheme: 'standard-webhooks',
    prepare(body, now) {
      const headers = headersOf('standard-webhooks', body, now);
      return () => {
        // Throws for a forged delivery and returns nothing for an authentic one.
        svix.verify(body, headers);
        return JSON.parse(body.toString('utf8')) as unknown;
      };
    },
  },
];

/** Verifies and parses a 1 KB delivery, against the usual libraries. */
export async function benchVerifiers({ count = 5_000, rounds = 9 } = {}): Promise<BenchResult[]> {
  const bodies = signedRuns(count, 'unused').map(({ body }) => body);
  const results: BenchResult[] = [];
  for (const { name, scheme, prepare } of peers) {
    // The peers use the system clock, so each pair is signed just before it is measured.
    const now = Math.floor(Date.now() / 1000);
    const ours = bodies.map((body) => ({
      headers: { ...headersOf(scheme, body, now), 'content-type': 'application/json' },
      query: {},
      body,
    }));
    const theirs = bodies.map((body) => prepare(body, now));
    const { ratio, first, second } = await compare(
      rounds,
      () =>
        expectCount(
          ours.filter((delivery) => verifyDelivery(delivery, { scheme, secrets: { current: secret }, now }).ok).length,
          count,
        ),
      async () => {
        let taken = 0;
        for (const check of theirs) if (await check()) taken += 1;
        expectCount(taken, count);
      },
    );
    results.push({
      name: `Verify and parse a 1 KB delivery (${scheme})`,
      against: name,
      ratio,
      target: { kind: 'at most', value: 1 },
      notes: `${perEvent(first, count)} and ${perEvent(second, count)}`,
    });
  }
  return results;
}
