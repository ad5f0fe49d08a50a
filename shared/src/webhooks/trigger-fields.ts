import * as v from 'valibot';
import { boolean, option, text } from '../define/fields.ts';
import { whether } from '../host/wording.ts';

/** Output fields that every webhook trigger adds to its events. */
export const verificationFields = {
  verified: boolean({ label: 'Verified' }),
  matchedSecret: option(
    [
      { value: 'current', label: 'Current' },
      { value: 'previous', label: 'Previous' },
      { value: 'none', label: 'None' },
    ],
    { label: 'Matched Secret' },
  ),
};

/** Output field of triggers that enrich their events. */
export const problemField = v.optional(
  text({
    label: 'Lookup Error',
    help: 'Why the details could not be retrieved from the service. Empty if they were retrieved.',
  }),
);

/** Input field of triggers for senders that may have no secret. */
export const acceptsUnsigned = v.optional(
  boolean({
    label: 'Accept Unverified Events',
    help: whether(
      'accept events without a secret. Anyone who knows the URL can then send events; each is marked as not verified.',
    ),
    advanced: true,
  }),
  false,
);
