/** Columns of the claims dataset. */
export const claimsColumns = [
  'Claim Number',
  'Policy Number',
  'Insured',
  'Broker',
  'Line of Business',
  'Country',
  'Currency',
  'Loss Date',
  'Reported Date',
  'Closed Date',
  'Status',
  'Gross Incurred',
  'Paid',
  'Outstanding',
  'Deductible',
  'Share',
  'Large Loss',
  'External Reference',
  'Adjuster Note',
  'Updated At',
] as const;

const header = Buffer.from(`${claimsColumns.join(',')}\r\n`);
const blockRows = 1000;
/** Digits of the claim number, which is the row number. */
const numberWidth = 9;

/** A seeded random generator (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const insured = [
  'Ångström Shipping AS',
  '"Lucky ""7"" Casino Ltd"',
  'Müller & Söhne GmbH',
  '"Smith, Jones and Partners"',
  '東京海運株式会社',
  'Café São João',
  'Zoë O’Neill',
  'Plain Trading Ltd',
];
const brokers = ['Aonia', 'Marshwood', 'Willow & Co', '""', ''];
const lines = ['Marine Cargo', 'Property', 'Motor Fleet', 'Professional Indemnity', 'Cyber'];
const countries = ['GB', 'DE', 'NO', 'JP', 'BR', 'NA'];
const currencies = ['GBP', 'EUR', 'NOK', 'JPY', 'BRL', 'USD'];
const notes = [
  'Adjuster appointed and site visit arranged for the coming week; reserve is under review',
  '"Water damage in the basement, first floor and roof; see photographs, the invoice and the surveyor report"',
  '"First line of the note of the adjuster\nsecond line of it, which comes after a line feed, and is the last"',
  '"Insured said ""we never saw it coming""\r\nand signed the statement 🙂 in front of two witnesses and the broker"',
  '',
  '""',
  '  spaces around a note that was typed in a hurry and never tidied up  ',
];

function row(random: () => number): string {
  const pick = (list: string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const digits = (width: number): string =>
    String(Math.floor(random() * 10 ** Math.min(width, 15))).padStart(width, '0');
  const day = (from: number): string =>
    new Date(Date.UTC(2023, 0, from + Math.floor(random() * 900))).toISOString().slice(0, 10);
  const money = (max: number): string => (random() * max).toFixed(2);
  const index = Math.floor(random() * countries.length);
  return [
    `CLM-${'0'.repeat(numberWidth)}`,
    `00${digits(8)}`,
    pick(insured),
    pick(brokers),
    pick(lines),
    countries[index],
    currencies[index],
    day(1),
    day(30),
    random() < 0.6 ? '' : day(200),
    pick(['Open', 'Closed', 'Re-opened']),
    money(250_000),
    money(100_000),
    `${random() < 0.1 ? '-' : ''}${money(50_000)}`,
    String(Math.floor(random() * 20) * 500),
    (Math.floor(random() * 1000) / 1000).toFixed(3),
    random() < 0.08 ? 'true' : 'false',
    `9${digits(15)}${digits(1)}`,
    pick(notes),
    `${day(400)}T${String(Math.floor(random() * 24)).padStart(2, '0')}:15:00Z`,
  ].join(',');
}

interface Block {
  bytes: Buffer;
  /** Start of each row, and the end of the last row. */
  starts: number[];
}

function renderBlock(version: number): Block {
  const random = numbers(version * 7919);
  const rows = Array.from({ length: blockRows }, () => Buffer.from(`${row(random)}\r\n`));
  const starts = [0];
  for (const bytes of rows) starts.push((starts.at(-1) ?? 0) + bytes.length);
  return { bytes: Buffer.concat(rows), starts };
}

function writeNumber(bytes: Buffer, at: number, value: number): void {
  let rest = value;
  for (let index = at + numberWidth - 1; index >= at; index -= 1) {
    bytes[index] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** Size in bytes of the claims dataset. */
export function claimsSize(rows: number, version = 1): number {
  const { starts } = renderBlock(version);
  const whole = Math.floor(rows / blockRows) * (starts[blockRows] ?? 0);
  return header.length + whole + (starts[rows % blockRows] ?? 0);
}

/**
 * The claims dataset in RFC 4180 CSV, UTF-8, about 260 bytes per row: quotes, line breaks in values, other scripts, empty
 * and quoted-empty values, leading zeros, a reference of 17 digits. The claim number counts the rows from 1. The other
 * values repeat every thousand rows, so that generating it is cheap. A version always has the same bytes.
 */
export function* claimsCsv(rows: number, version = 1): Generator<Buffer> {
  yield header;
  const { bytes, starts } = renderBlock(version);
  for (let done = 0; done < rows; done += blockRows) {
    const count = Math.min(blockRows, rows - done);
    const piece = Buffer.from(bytes.subarray(0, starts[count]));
    for (let index = 0; index < count; index += 1) writeNumber(piece, (starts[index] ?? 0) + 4, done + index + 1);
    yield piece;
  }
}
