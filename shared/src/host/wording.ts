/** Where an operation runs. */
export type Platform = 'n8n' | 'zapier' | 'cli';

/**
 * A text that people read. Where the platforms use different words, it is one text per platform; the command line shows
 * `cli`, or the text of n8n where that is missing.
 */
export type Wording = string | { n8n: string; zapier: string; cli?: string };

/** The text of a wording for one platform. */
export function wordingFor(wording: Wording, platform: Platform): string {
  if (typeof wording === 'string') return wording;
  return platform === 'cli' ? (wording.cli ?? wording.n8n) : wording[platform];
}

/** The same wording with each of its texts changed. */
export function mapWording(wording: Wording, change: (text: string) => string): Wording {
  if (typeof wording === 'string') return change(wording);
  const { n8n, zapier, cli } = wording;
  return { n8n: change(n8n), zapier: change(zapier), ...(cli === undefined ? {} : { cli: change(cli) }) };
}

/** Whether two wordings say the same on every platform. */
export function sameWording(a: Wording | undefined, b: Wording | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
