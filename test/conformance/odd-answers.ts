/** A malformed variant of a response. */
export interface Oddity {
  /** What was changed, with its path: `null at data.status`. */
  name: string;
  /** The path of a change within JSON. */
  path?: string;
  status?: number;
  text: string;
}

/** Replacements for a whole response. */
const wholes: readonly Omit<Oddity, 'path'>[] = [
  { name: 'a web page', text: '<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>' },
  { name: 'nothing', text: '' },
  { name: 'nothing, with 204', status: 204, text: '' },
  { name: 'null', text: 'null' },
  { name: 'an error with 200', status: 200, text: '{"error":{"code":"Busy","message":"try later"}}' },
  { name: 'an error in words with 200', status: 200, text: '{"error":"busy"}' },
  { name: 'an error of null with 400', status: 400, text: '{"error":null,"message":null}' },
  { name: 'null with 400', status: 400, text: 'null' },
  { name: 'an empty object', text: '{}' },
  { name: 'an empty list', text: '[]' },
  { name: 'a number', text: '42' },
  { name: 'a text', text: '"ok"' },
  { name: 'white space', text: ' \r\n ' },
  { name: 'a byte that is not UTF-8', text: '\u{FFFD}\u0000' },
];

const others = (value: unknown): unknown[] => {
  const all: unknown[] = ['odd', '', 0, -1, 1e308, true, [], {}, [null], { odd: [] }];
  return all.filter(
    (other) =>
      typeof other !== typeof value || Array.isArray(other) !== Array.isArray(value) || other === '' || other === -1,
  );
};

type Path = (string | number)[];

function* placesIn(value: unknown, path: Path = []): Generator<{ path: Path; value: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const place = Array.isArray(value) ? Number(key) : key;
    // The entries of a list are alike, so the first two and the last one are enough.
    if (typeof place === 'number' && place > 1 && place < (value as unknown[]).length - 1) continue;
    yield { path: [...path, place], value: inner };
    yield* placesIn(inner, [...path, place]);
  }
}

function changed(
  json: unknown,
  path: Path,
  change: (holder: Record<string | number, unknown>, key: string | number) => void,
): string {
  const copy = structuredClone(json) as Record<string | number, unknown>;
  const holder = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>((inner, key) => inner[key] as Record<string | number, unknown>, copy);
  change(holder, path.at(-1) as string | number);
  return JSON.stringify(copy);
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Every malformed variant of a response: replaced, truncated, and with each field removed, set to null or of another type. */
export function odditiesOf(text: string): Oddity[] {
  const json = parse(text);
  const cuts = [0.25, 0.5, 0.9, 0.99]
    .map((part) => Math.floor(text.length * part))
    .map((length) => ({ name: `cut after ${length} characters`, text: text.slice(0, length) }));
  const found: Oddity[] = [...wholes, ...cuts.filter((cut) => cut.text.length < text.length)];
  for (const { path, value } of placesIn(json)) {
    const place = path.join('.');
    found.push({
      name: `without ${place}`,
      path: place,
      text: changed(json, path, (holder, key) =>
        Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key],
      ),
    });
    for (const odd of [null, ...others(value)]) {
      found.push({
        name: `${JSON.stringify(odd)} at ${place}`,
        path: place,
        text: changed(json, path, (holder, key) => (holder[key] = odd)),
      });
    }
  }
  return found;
}

/** A random sample of a list, in its order. */
export function sample<T>(list: readonly T[], count: number, random: () => number): T[] {
  if (list.length <= count) return [...list];
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * list.length));
  return [...chosen].sort((a, b) => a - b).map((index) => list[index] as T);
}
