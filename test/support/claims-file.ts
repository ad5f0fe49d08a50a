import { createHash } from 'node:crypto';

/** A pseudorandom number generator; the same seed yields the same numbers, so a test file can be generated again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Column names of `claimsPieces`, with the types inferred from the whole file. */
export const claimsColumns = [
  ['claim_id', 'integer'],
  ['policy_number', 'text'],
  ['insured', 'text'],
  ['address', 'text'],
  ['loss_date', 'date'],
  ['reported_date', 'date'],
  ['closed_date', 'date'],
  ['updated_at', 'timestamp'],
  ['currency', 'text'],
  ['gross_paid', 'decimal'],
  ['gross_outstanding', 'decimal'],
  ['ceded_paid', 'decimal'],
  ['share', 'decimal'],
  ['year_of_account', 'integer'],
  ['open', 'boolean'],
  ['country', 'text'],
  ['broker', 'text'],
  ['cause', 'text'],
  ['narrative', 'text'],
  ['reference', 'text'],
] as const;

const names = [
  'Müller & Söhne',
  'Contoso Marine Ltd',
  'Łódź Textiles',
  '東京海上',
  "O'Brien Haulage",
  'Fabrikam, Inc.',
];
const causes = ['Fire', 'Flood', 'Theft', 'Collision', 'Windstorm', ''];
const places = ['GB', 'DE', 'FR', 'US', 'JP', 'PL'];

/**
 * An insurance table as CSV: 20 columns, about 260 bytes per row, with quotes, line feeds and CRLF inside values, many
 * scripts, empty values, dates, timestamps and decimals.
 * @param rows number of rows, excluding the header
 */
export function* claimsPieces(rows: number, seed = 1): Generator<Buffer> {
  const random = seededRandom(seed);
  const whole = (below: number) => Math.floor(random() * below);
  const pick = (values: readonly string[]) => values[whole(values.length)] as string;
  const two = (number: number) => String(number).padStart(2, '0');
  const day = () => `20${two(10 + whole(16))}-${two(1 + whole(12))}-${two(1 + whole(28))}`;
  const money = (most: number) => (random() * most).toFixed(2);
  let text = `${claimsColumns.map(([name]) => name).join(',')}\n`;
  for (let row = 1; row <= rows; row += 1) {
    const chance = whole(100);
    const narrative =
      chance < 4
        ? `"Said ""no"" at first,\nthen agreed"`
        : chance < 7
          ? '"Surveyor came,\r\nreport awaited"'
          : chance < 40
            ? '"Vehicle left the road, third party not involved"'
            : 'Water entered by the roof during repair';
    const insured = pick(names);
    text +=
      `${row},${String(whole(100_000_000)).padStart(10, '0')},${insured.includes(',') ? `"${insured}"` : insured},` +
      `${1 + whole(400)} Station Road,${day()},${day()},${whole(3) === 0 ? '' : day()},` +
      `${day()} ${two(whole(24))}:${two(whole(60))}:${two(whole(60))},${pick(['GBP', 'EUR', 'USD'])},` +
      `${money(250_000)},${money(90_000)},${money(9_000)},${random().toFixed(4)},${2010 + whole(16)},` +
      `${whole(2) ? 'true' : 'false'},${pick(places)},Northwind Brokers,${pick(causes)},${narrative},` +
      `${createReference(row)}\n`;
    if (text.length > 65_536) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text) yield Buffer.from(text);
}

function createReference(row: number): string {
  return createHash('md5').update(String(row)).digest('hex');
}
