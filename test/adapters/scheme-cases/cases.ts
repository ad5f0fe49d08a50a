import type { Carried, Sender } from './senders.ts';

/** A delivery and its expected outcome. */
export interface Case {
  name: string;
  /** Replaced values of the connection. */
  connection?: Record<string, string>;
  /** Form values in addition to the scheme. */
  input?: Record<string, unknown>;
  body: string;
  carried: Carried;
  expected: { believed: 'current' | 'previous' | 'none' } | { refused: readonly string[] };
}

const minutes = 60;
const carry = ({ carrier }: Sender, value: string, before: Carried = { headers: {}, query: {} }): Carried =>
  carrier.in === 'header'
    ? { ...before, headers: { ...before.headers, [carrier.name]: value } }
    : { ...before, query: { ...before.query, [carrier.name]: value } };

function without({ carrier }: Sender, { headers, query }: Carried): Carried {
  const keep = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name !== carrier.name));
  return carrier.in === 'header' ? { headers: keep(headers), query } : { headers, query: keep(query) };
}

const proofOf = ({ carrier }: Sender, { headers, query }: Carried): string =>
  (carrier.in === 'header' ? headers[carrier.name] : query[carrier.name]) ?? '';

/**
 * The deliveries to test every sender with: at least fifteen.
 * @param now seconds since 1970
 */
export async function casesOf(sender: Sender, now: number): Promise<Case[]> {
  const { secrets, scheme, signsBody, signsTimestamp } = sender;
  let count = 0;
  const next = (): string => JSON.stringify({ id: `${sender.name}-${(count += 1)}-${now}`, type: 'dataset.ready' });
  const signed = async (secret = secrets.current, at = now, body = next()) => ({
    body,
    carried: await sender.sign(secret, body, at),
  });
  const changed = async (change: (proof: string) => string) => {
    const { body, carried } = await signed();
    return { body, carried: carry(sender, change(proofOf(sender, carried)), carried) };
  };
  const wrong = ['no-match', 'malformed'];
  const all: Case[] = [
    { name: 'signed with the secret', ...(await signed()), expected: { believed: 'current' } },
    {
      name: 'signed with the secret, its header in capitals',
      ...inCapitals(await signed()),
      expected: { believed: 'current' },
    },
    {
      name: 'signed with the secret, its headers as Zapier names them',
      ...asZapierNamesThem(await signed()),
      expected: { believed: 'current' },
    },
    {
      name: 'signed, with a body of letters beyond ASCII',
      ...(await signed(secrets.current, now, JSON.stringify({ id: `ü-${sender.name}-${now}`, text: 'Größe 🚀' }))),
      expected: { believed: 'current' },
    },
    { name: 'signed with another secret', ...(await signed(secrets.other)), expected: { refused: wrong } },
    {
      name: 'without its proof',
      body: next(),
      carried: without(sender, (await signed()).carried),
      expected: { refused: ['missing'] },
    },
    { name: 'without anything', body: next(), carried: { headers: {}, query: {} }, expected: { refused: ['missing'] } },
    { name: 'with an empty proof', ...(await changed(() => '')), expected: { refused: ['missing'] } },
    {
      name: 'with its proof cut short',
      ...(await changed((proof) => proof.slice(0, -8))),
      expected: { refused: wrong },
    },
    {
      name: 'with something after its proof',
      ...(await changed((proof) => `${proof}00000000`)),
      expected: { refused: wrong },
    },
    {
      name: 'with one letter of its proof changed',
      ...(await changed((proof) => `${proof.slice(0, -12)}${proof.at(-12) === 'a' ? 'b' : 'a'}${proof.slice(-11)}`)),
      expected: { refused: wrong },
    },
    { name: 'with a proof that is none', ...(await changed(() => 'true')), expected: { refused: wrong } },
    {
      name: 'with a proof that is far too long',
      ...(await changed(() => 'a'.repeat(6_000))),
      expected: { refused: wrong },
    },
    {
      name: 'with a list of proofs of which none is right',
      ...(await changed((proof) => `${proof.slice(0, -4)}AAAA, ${proof.slice(0, -4)}BBBB`)),
      expected: { refused: wrong },
    },
    {
      name: 'with nothing to verify it by',
      connection: scheme === 'entra' ? { tenantId: 'x' } : {},
      ...(await signed()),
      expected: { refused: ['no-secret'] },
    },
  ];
  if (scheme !== 'entra') {
    all.push(
      {
        name: 'signed with the previous secret',
        ...(await signed(secrets.previous)),
        expected: { believed: 'previous' },
      },
      {
        name: 'without a proof, where unsigned events are accepted',
        connection: {},
        input: { acceptsUnsigned: true },
        body: next(),
        carried: { headers: {}, query: {} },
        expected: { believed: 'none' },
      },
      {
        name: 'forged, where unsigned events are accepted though there is a secret',
        input: { acceptsUnsigned: true },
        ...(await signed(secrets.other)),
        expected: { refused: wrong },
      },
      {
        name: 'signed, but the secret in the connection has a line end',
        connection: { secret: `${secrets.other}\n` },
        ...(await signed()),
        expected: { refused: ['secret-has-whitespace'] },
      },
    );
  }
  if (signsBody) {
    const { body, carried } = await signed();
    all.push(
      { name: 'signed for another body', body: next(), carried, expected: { refused: wrong } },
      {
        name: 'whose body was reformatted on the way',
        body: JSON.stringify(JSON.parse(body), null, 2),
        carried,
        expected: { refused: wrong },
      },
      { name: 'whose body lost its end', body: body.slice(0, -1), carried, expected: { refused: wrong } },
    );
  }
  if (signsTimestamp) {
    all.push(
      {
        name: 'signed four minutes ago',
        ...(await signed(secrets.current, now - 4 * minutes)),
        expected: { believed: 'current' },
      },
      {
        name: 'signed ten minutes ago',
        ...(await signed(secrets.current, now - 10 * minutes)),
        expected: { refused: ['too-old'] },
      },
      {
        name: 'signed in ten minutes',
        ...(await signed(secrets.current, now + 10 * minutes)),
        expected: { refused: ['too-new'] },
      },
      {
        name: 'forged ten minutes ago, which is rejected like any other forgery',
        ...(await signed(secrets.other, now - 10 * minutes)),
        expected: { refused: wrong },
      },
    );
  }
  return all;
}

type Signed = Pick<Case, 'body' | 'carried'>;

const renamed = ({ body, carried }: Signed, rename: (name: string) => string): Signed => ({
  body,
  carried: {
    ...carried,
    headers: Object.fromEntries(Object.entries(carried.headers).map(([name, value]) => [rename(name), value])),
  },
});

const inCapitals = (signed: Signed): Signed => renamed(signed, (name) => name.toUpperCase());
const asZapierNamesThem = (signed: Signed): Signed =>
  renamed(signed, (name) => `Http-${name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())}`);
