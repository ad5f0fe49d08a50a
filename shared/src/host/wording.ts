/** The platform that an operation runs on. */
export type Platform = 'n8n' | 'zapier' | 'cli';

/**
 * User-facing text: one for all platforms, or one per platform where they use different words. The command line uses `cli`
 * if present, otherwise the Zapier text: `--connection` also calls the login data a connection.
 */
export type Wording = string | { n8n: string; zapier: string; cli?: string };

/** Returns the text for one platform. */
export function wordingFor(wording: Wording, platform: Platform): string {
  if (typeof wording === 'string') return wording;
  return platform === 'cli' ? (wording.cli ?? wording.zapier) : wording[platform];
}

/** Applies a function to each text of a wording. */
export function mapWording(wording: Wording, change: (text: string) => string): Wording {
  if (typeof wording === 'string') return change(wording);
  const { n8n, zapier, cli } = wording;
  return { n8n: change(n8n), zapier: change(zapier), ...(cli === undefined ? {} : { cli: change(cli) }) };
}

/** Whether two wordings are the same on every platform. */
export function sameWording(a: Wording | undefined, b: Wording | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The help of a boolean: "Whether to …" in n8n, an imperative sentence in Zapier.
 * @param action starts with a verb in lower case: `save rejected rows.`; further sentences may follow
 */
export function whether(action: string): Wording {
  return { n8n: `Whether to ${action}`, zapier: `${action.slice(0, 1).toUpperCase()}${action.slice(1)}` };
}
