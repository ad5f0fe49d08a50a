/** Replaces a secret. */
export const hidden = '***';

/** Truncates a text with an ellipsis, which makes a truncated secret at its end recognizable. */
export function cut(text: string, maxCharacters: number): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text;
}

/** A URL without user info, query and fragment, safe to store. Any other text, such as a file name, is returned unchanged. */
export function plainAddress(text: string): string {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text;
  return text.replace(/[?#][\s\S]*$/, '').replace(/^([a-z][a-z\d+.-]*:\/\/)[^/]*@/i, '$1');
}

/** Words that follow "Bearer" in prose. Any other word of that length is treated as a token. */
const ordinaryAfterBearer =
  /^(?:access|auth|base|cred|chall|error|expir|flow|format|grant|header|invalid|keyword|login|method|missing|prefix|protect|realm|requir|schem|secur|string|token|type|value)[a-z]*[.]?$/i;

/** IDs of runs, messages and tenants, which are not secret. */
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}[.]?$/i;

/** Whether text looks like a random token: letters and digits alternate often, unlike in `order_2026`. */
function looksRandom(word: string): boolean {
  return word.length >= 16 && !uuid.test(word) && (word.match(/[a-z](?=\d)|\d(?=[a-z])/gi) ?? []).length >= 4;
}

/** Parameters with similar names that are harmless: an author, a country code, a keyword. */
const ordinaryParameter =
  /^(?:authors?|author_?(?:id|name)|assign(?:ed|ee)s?|design\w*|keywords?|keyspace|monkey|codec|(?:country|currency|error|language|lang|zip|post(?:al)?|status|exit|charset|en)_?code)$/i;

/** Whether a query contains credentials: a parameter named like a signature or token. */
const isSigned = (query: string): boolean =>
  [...query.matchAll(/(?:^|[&;])([\w.-]*(?:sig|token|secret|key|passw|pwd|code|auth|credential|hmac)[\w.-]*)=/gi)].some(
    ([, name]) => !ordinaryParameter.test(name ?? ''),
  );

/** Whether a word is an HTTP Basic credential: base64 of printable text with a colon (RFC 7617). */
function isBasic(word: string): boolean {
  return /^[\x20-\x7e\u00a0-\uffff]*:[\x20-\x7e\u00a0-\uffff]*$/.test(Buffer.from(word, 'base64').toString('utf8'));
}

/** Names of keys that always have a secret value, before `=` or a JSON colon. */
const keyNames =
  'client_?secret|client_?assertion|access_?token|refresh_?token|id_?token|api_?key|x-api-key|account_?key|shared_?access_?key|shared_?access_?signature|aws_secret_access_key|x-amz-(?:signature|security-token|credential)';
const secretNames = `${keyNames}|passwd|password|pwd`;

/** Patterns for JSON string values of these keys, in JSON, in JSON embedded in JSON, and in HTML. */
const jsonValues = (names: string): (readonly [RegExp, string])[] =>
  [
    [`"(?:${names})"\\s*:\\s*"`, String.raw`(?:[^"\\]|\\.)+`],
    [String.raw`\\{1,8}"(?:${names})\\{1,8}"\s*:\s*\\{1,8}"`, String.raw`[^"\\]+`],
    [`&(?:quot|#34);(?:${names})&(?:quot|#34);\\s*:\\s*&(?:quot|#34);`, '[^&]+'],
  ].map(([start, value]) => [new RegExp(`(${start})${value}`, 'gi'), `$1${hidden}`] as const);

/** Patterns with their replacements. */
const patterns: readonly (readonly [RegExp, string | ((...groups: string[]) => string)])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/(https?:\/\/hooks\.(?:slack|zapier)\.com\/)[^\s"'<>]+/gi, `$1${hidden}`],
  [/(https?:\/\/[\w.-]+\.webhook\.office\.com\/)[^\s"'<>]+/gi, `$1${hidden}`],
  [/\b([a-z][a-z\d+.-]{1,20}:\/\/)[^\s/"'<>?#:]{0,500}:[^\s/"'<>?#]{1,500}@/gi, `$1${hidden}@`],
  [/\b(https?:\/\/)[^\s/"'<>?#]{1,500}@/gi, `$1${hidden}@`],
  [
    /(https?:\/\/[^\s?"'<>]{1,2000})\?([^\s"'<>]+)/gi,
    (whole, address, query) => (isSigned(query ?? '') ? `${address}?${hidden}` : whole),
  ],
  [
    /\bBearer(\s+|%20|\+)([\w.~+/=-]{8,})/gi,
    (whole, gap, word) => (ordinaryAfterBearer.test(word ?? '') ? whole : `Bearer${gap}${hidden}`),
  ],
  [
    /\bBasic(\s+|%20|\+)([\w+/-]{8,}={0,2})/gi,
    (whole, gap, word) => (isBasic(word ?? '') ? `Basic${gap}${hidden}` : whole),
  ],
  [/(\bauthorization["']?\s*[:=]\s*["']?Token\s+)[\w.~+/=-]{8,}/gi, `$1${hidden}`],
  [
    /\b(Token\s+)([\w.~+/=-]{16,})/gi,
    (whole, before, word) => (looksRandom(word ?? '') ? `${before}${hidden}` : whole),
  ],
  ...jsonValues('(?:proxy-)?authorization'),
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, hidden],
  ...jsonValues(secretNames),
  [
    new RegExp(
      `\\b((?:${secretNames})\\s*=\\s*)(?!(?:null|none|true|false|undefined)\\b)(?:"[^"]*"|'[^']*'|[^\\s"'&;,<>)\\]}\\\\]+)`,
      'gi',
    ),
    `$1${hidden}`,
  ],
  [new RegExp(`('(?:${secretNames})'\\s*:\\s*')[^']+`, 'gi'), `$1${hidden}`],
  // A value without a digit is prose, as in "client_secret: expired".
  [new RegExp(`\\b((?:${keyNames})\\s*:\\s*)(?=[^\\s"',;<>]*\\d)[^\\s"',;<>]{8,}`, 'gi'), `$1${hidden}`],
  [/\b((?:password|passwd|pwd)\s*:\s*)(?=[^\s]*[\d!#$%^&*?+=~])[^\s"',;<>]{4,}/gi, `$1${hidden}`],
  [/\b(sig(?:nature)?=)[\w%+/=-]{8,}/gi, `$1${hidden}`],
  [/\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[\w-]{6,}/gi, hidden],
  [/\bdbt[cus]_[\w-]{6,}/gi, hidden],
  [/\b(?:dapi|dose|dkea|dsap)[\da-f]{8,}(?:-\d+)?/gi, hidden],
  [/\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, hidden],
  [
    /\b(?:gh[oprsu]_[A-Za-z\d]{16,}|github_pat_\w{16,}|whsec_[A-Za-z\d+/_-]{8,}={0,2}|sk_(?:live|test)_\w{8,}|glpat-[\w-]{16,}|npm_[A-Za-z\d]{30,}|AIza[\w-]{30,})/g,
    hidden,
  ],
];

/**
 * Masks secrets that can be recognized by their format: Bearer and Basic credentials, JSON Web Tokens, queries and user info
 * of URLs, `password=`, `AccountKey=`, `sig=` and the like, private keys, and tokens with a known prefix (`dapi…`, `xoxb-…`,
 * `dbtc_…`). Prose stays unchanged: "unexpected token customer_identifier" contains no secret. `SecretMask` masks the values of the
 * connection.
 */
export function redact(text: string): string {
  return patterns.reduce(
    (redacted, [pattern, replacement]) =>
      typeof replacement === 'string' ? redacted.replace(pattern, replacement) : redacted.replace(pattern, replacement),
    text,
  );
}
