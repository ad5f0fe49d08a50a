import { services } from '../../../shared/src/catalog.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import type { OfferedField } from './offer.ts';

/** A difference between the two forms of a field that has a reason. */
export interface AllowedDifference {
  reason: string;
  /** Gives back both forms with the difference taken away; as they are where it is not there. */
  remove(n8n: OfferedField, zapier: OfferedField): [OfferedField, OfferedField];
}

const listSentence =
  ' Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';

/** The choices that Zapier does not offer, by the labels of field and choice: `notOn` of the choice says why. */
const notOnZapier = new Set(
  services
    .flatMap(({ connection, operations, triggers }) =>
      [connection.fields, ...[...operations, ...triggers].map(({ input }) => input)].flatMap((fields) =>
        Object.values(fields),
      ),
    )
    .map(describeField)
    .flatMap(({ label, options = [] }) =>
      options.filter(({ notOn }) => notOn?.zapier).map((option) => `${label}: ${option.label}`),
    ),
);

/** Every difference that may be. */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    reason: "In n8n a file is named by the binary field that holds it, and n8n's linter asks for this label.",
    remove: (n8n, zapier) => [n8n.label === 'Input Binary Field' ? { ...n8n, label: zapier.label } : n8n, zapier],
  },
  {
    reason: "n8n's linter asks that a list with several choices says how IDs are given.",
    remove: (n8n, zapier) => [
      n8n.help.endsWith(listSentence) ? { ...n8n, help: n8n.help.slice(0, -listSentence.length) } : n8n,
      zapier,
    ],
  },
  {
    reason: 'A choice that Zapier cannot offer has the reason in its definition.',
    remove: (n8n, zapier) => [
      { ...n8n, options: n8n.options.filter((option) => !notOnZapier.has(`${n8n.label}: ${option}`)) },
      zapier,
    ],
  },
  {
    reason: 'Zapier shows a field that has a dropdown of its own always, so its help says when it counts.',
    remove: (n8n, zapier) => [
      n8n,
      { ...zapier, help: zapier.help.replace(/^Only when “.+?” is “.+?”( or “.+?”)*\. /, '') },
    ],
  },
];
