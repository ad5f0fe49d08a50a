/** A kind of failure that is known, with what to do about it. */
export interface KnownCause {
  /** Found in the code or the message of the failure. */
  pattern: RegExp;
  /** One sentence. */
  advice: string;
}

/** Failures that are alike wherever data is moved; the first that fits counts. */
export const commonCauses: readonly KnownCause[] = [
  {
    pattern: /out ?of ?memory|heap space|memory limit|exit code 137/i,
    advice: 'The step needs more memory: give it a larger cluster or executor, or less data at once.',
  },
  { pattern: /no space left|disk (is )?full|storage (limit|quota)/i, advice: 'The disk is full: make room there.' },
  {
    pattern: /deadlock|table is locked|lock (request|wait)|being used by another/i,
    advice: 'Another job held the data: run it again when that one has finished.',
  },
  {
    pattern: /duplicate key|unique (constraint|key)|violation of primary key/i,
    advice: 'The data holds the same key more than once: look at the rows that are named.',
  },
  {
    pattern: /throttl|rate limit|too many requests|\b429\b|quota|capacity/i,
    advice: 'The other side was too busy: run it again later, or run less at once.',
  },
  {
    pattern:
      /login failed|authenticat|invalid (access token|credential|password|client secret)|unauthori[sz]ed|expired token|\b401\b/i,
    advice: 'Check the log-in that the step uses: its user name and secret may be wrong or have run out.',
  },
  {
    pattern: /permission|access (is )?denied|forbidden|not authori[sz]ed|not allowed|authorization ?fail|\b403\b/i,
    advice: 'Give the account that the step works with the right that it lacks.',
  },
  {
    pattern:
      /(cannot|could not|can't|unable to|failed to) (connect|resolve|reach)|connection (refused|reset|closed|timed out)|network|unreachable|firewall/i,
    advice: 'The other side could not be reached: check its address and firewall, and whether it is up.',
  },
  {
    pattern: /timed? ?-?out|time limit/i,
    advice: 'The step took longer than it may: raise its time limit, or find out what it waited for.',
  },
  {
    pattern: /(column|field|attribute).*(not found|not exist|missing|unknown)|unresolved column|unknown column/i,
    advice: 'A column is missing: compare the columns of the data with those that the step expects.',
  },
  {
    pattern: /(does|do) not exist|not found|no such|cannot find|could not find|\b404\b/i,
    advice: 'Check that what is named exists, and that its name is spelled in the same way.',
  },
  {
    pattern: /syntax error|parse ?exception|compilation error/i,
    advice: 'The code of the step is wrong: correct it, then run it again.',
  },
  {
    pattern:
      /(cannot|could not|can't|unable to) (convert|cast|parse|read)|invalid (number|date|value|input syntax)|type mismatch|overflow|truncat/i,
    advice: 'A value does not fit what the step expects: look at the data of this run.',
  },
];

/** What to do about a failure. */
export function adviceFor(said: string, causes: readonly KnownCause[]): string {
  const known = [...causes, ...commonCauses].find(({ pattern }) => pattern.test(said));
  return known?.advice ?? 'Look at the step on the page of the run, put the cause right, and run it again.';
}
