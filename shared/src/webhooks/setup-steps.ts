import type { Wording } from '../host/wording.ts';

/** A platform's terms for the parts of a webhook trigger. */
export interface PlatformTerms {
  /** Where secrets are stored. */
  credential: string;
  /** The step that copies the URL of the trigger, in the words on the screen. */
  copyUrl: string;
  /** What has to be published before the trigger receives events. */
  workflow: string;
}

const terms: Record<'n8n' | 'zapier', PlatformTerms> = {
  n8n: {
    credential: 'credential',
    copyUrl: 'Expand Webhook URLs above, select Production URL, and click the URL to copy it.',
    workflow: 'workflow',
  },
  zapier: { credential: 'connection', copyUrl: 'Copy the Custom webhook URL.', workflow: 'Zap' },
};

/**
 * Setup directions of a webhook trigger as numbered steps, in the terms of each platform.
 * @param intro what is set up, in one sentence
 * @param steps the steps, each one or two sentences
 */
export function setupSteps(intro: string, steps: (terms: PlatformTerms) => readonly string[]): Wording {
  const text = (own: PlatformTerms): string =>
    [intro, ...steps(own).map((step, index) => `${index + 1}. ${step}`)].join('\n');
  return { n8n: text(terms.n8n), zapier: text(terms.zapier) };
}

/** The step that stores a self-chosen secret, for senders that do not sign events. */
export const enterSecret = ({ credential }: PlatformTerms, label = 'Webhook Secret'): string =>
  `In the ${credential}, enter a random string of at least 16 characters as ${label}.`;

/** The step that builds the URL with the secret, for senders that accept only a URL. */
export const urlWithSecret = ({ copyUrl }: PlatformTerms): string =>
  `${copyUrl} Append ?token= and the secret to the copied URL.`;

/** The step that starts receiving events. */
export const publish = ({ workflow }: PlatformTerms): string => `Publish the ${workflow}.`;
