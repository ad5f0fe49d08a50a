import type { OfferedField } from './offer.ts';

/** A difference between the two forms of a field that has a reason. */
export interface AllowedDifference {
  reason: string;
  /** Gives back both forms with the difference taken away; as they are where it is not there. */
  remove(n8n: OfferedField, zapier: OfferedField): [OfferedField, OfferedField];
}

const listSentence = ' Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';

/** Every difference that may be. */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    reason: "In n8n a file is named by the binary field that holds it, and n8n's linter asks for this label.",
    remove: (n8n, zapier) => [n8n.label === 'Input Binary Field' ? { ...n8n, label: zapier.label } : n8n, zapier],
  },
  {
    reason: "n8n's linter asks that the help of a switch begins with Whether.",
    remove: (n8n, zapier) => {
      const start = `Whether to ${n8n.label.toLowerCase()}. `;
      return [n8n.help.startsWith(start) ? { ...n8n, help: n8n.help.slice(start.length) } : n8n, zapier];
    },
  },
  {
    reason: "n8n's linter asks that a list with several choices says how IDs are given.",
    remove: (n8n, zapier) => [n8n.help.endsWith(listSentence) ? { ...n8n, help: n8n.help.slice(0, -listSentence.length) } : n8n, zapier],
  },
  {
    reason: 'Zapier shows a field that has a dropdown of its own always, so its help says when it counts.',
    remove: (n8n, zapier) => [n8n, { ...zapier, help: zapier.help.replace(/^Only when “.+?” is “.+?”( or “.+?”)*\. /, '') }],
  },
];
