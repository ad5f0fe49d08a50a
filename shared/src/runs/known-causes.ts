/** A known type of failure, with advice. */
export interface KnownCause {
  /** Matched against the code and message of the failure. */
  pattern: RegExp;
  /** What to do, in one or two sentences. */
  advice: string;
}

/** Causes common to all services; the first match wins. */
const commonCauses: readonly KnownCause[] = [
  {
    pattern: /out ?of ?memory|heap space|memory limit|exit code 137/i,
    advice: 'The step ran out of memory. Use a larger cluster or executor, or process less data at once.',
  },
  { pattern: /no space left|disk (is )?full|storage (limit|quota)/i, advice: 'The disk is full. Free up disk space.' },
  {
    pattern: /deadlock|table is locked|lock (request|wait)|being used by another/i,
    advice: 'Another job has locked the data. Run it again when that job has finished.',
  },
  {
    pattern: /duplicate key|unique (constraint|key)|violation of primary key/i,
    advice: 'The data contains duplicate keys. Check the rows that the message names.',
  },
  {
    pattern: /throttl|rate limit|too many requests|\b429\b|quota|capacity/i,
    advice: 'The service was throttled or out of capacity. Run it again later, or run fewer jobs at once.',
  },
  {
    pattern:
      /login failed|authenticat|invalid (access token|credential|password|client secret)|unauthori[sz]ed|expired token|\b401\b/i,
    advice: 'Check the login that the step uses: its user name or secret may be wrong or expired.',
  },
  {
    pattern: /permission|access (is )?denied|forbidden|not authori[sz]ed|not allowed|authorization ?fail|\b403\b/i,
    advice: 'Grant the missing permission to the account that the step uses.',
  },
  {
    pattern:
      /(cannot|could not|can't|unable to|failed to) (connect|resolve|reach)|connection (refused|reset|closed|timed out)|network|unreachable|firewall/i,
    advice:
      'The step could not connect to its source or destination. Check the address and the firewall, and whether the server is running.',
  },
  {
    pattern: /timed? ?-?out|time limit/i,
    advice: 'The step exceeded its time limit. Increase the limit, or find out what the step waited for.',
  },
  {
    pattern: /(column|field|attribute).*(not found|not exist|missing|unknown)|unresolved column|unknown column/i,
    advice: 'A column is missing. Compare the columns of the data with the columns that the step expects.',
  },
  {
    pattern: /(does|do) not exist|not found|no such|cannot find|could not find|\b404\b/i,
    advice: 'Check that the object in the message exists and that its name is spelled correctly.',
  },
  {
    pattern: /syntax error|parse ?exception|compilation error/i,
    advice: 'The code of the step has an error. Correct it, then run it again.',
  },
  {
    pattern:
      /(cannot|could not|can't|unable to) (convert|cast|parse|read)|invalid (number|date|value|input syntax)|type mismatch|overflow|truncat/i,
    advice: 'A value does not match the type that the step expects. Check the data of this run.',
  },
];

/** Advice for a failure. */
export function adviceFor(failure: string, causes: readonly KnownCause[]): string {
  const known = [...causes, ...commonCauses].find(({ pattern }) => pattern.test(failure));
  return known?.advice ?? 'Open the run to see why the step failed, fix the cause, then run it again.';
}
