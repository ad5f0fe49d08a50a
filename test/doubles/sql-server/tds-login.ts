import { TdsReader } from './tds-reader.ts';

/** A client's login. */
export interface Login {
  user: string;
  password: string;
  database: string;
  application: string;
  /** An access token of Microsoft Entra. */
  token: string | undefined;
}

/** Encryption options of the PRELOGIN message. */
export const encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** Reads the encryption option of a client's PRELOGIN message. */
export function readPrelogin(data: Buffer): number {
  for (let at = 0; data[at] !== 0xff; at += 5) {
    if (data[at] === 1) return data.readUInt8(data.readUInt16BE(at + 1));
  }
  throw new Error('The client sent no encryption option.');
}

/** The server's PRELOGIN response. */
export function preloginAnswer(encrypted: number): Buffer {
  const options: [number, Buffer][] = [
    [0, Buffer.from([16, 0, 0, 0, 0, 0])],
    [1, Buffer.from([encrypted])],
    [2, Buffer.from([0])],
    [4, Buffer.from([0])],
    [6, Buffer.from([1])],
  ];
  const heads: Buffer[] = [];
  let at = options.length * 5 + 1;
  for (const [token, { length }] of options) {
    const head = Buffer.from([token, 0, 0, 0, 0]);
    head.writeUInt16BE(at, 1);
    head.writeUInt16BE(length, 3);
    heads.push(head);
    at += length;
  }
  return Buffer.concat([...heads, Buffer.from([0xff]), ...options.map(([, data]) => data)]);
}

/** Parses LOGIN7 and checks the TDS version. */
export function readLogin(data: Buffer): Login {
  if (data.readUInt32LE(0) !== data.length) throw new Error('LOGIN7 has a wrong length.');
  if (data.readUInt32LE(4) !== 0x74000004) throw new Error('The client does not speak TDS 7.4.');
  const field = (at: number): Buffer =>
    data.subarray(data.readUInt16LE(at), data.readUInt16LE(at) + data.readUInt16LE(at + 2) * 2);
  const password = Buffer.from(field(44).map((byte) => swapHalves(byte ^ 0xa5)));
  return {
    user: field(40).toString('utf16le'),
    password: password.toString('utf16le'),
    application: field(48).toString('utf16le'),
    database: field(68).toString('utf16le'),
    token: readToken(data),
  };
}

const swapHalves = (byte: number): number => ((byte & 0x0f) << 4) | (byte >> 4);

function readToken(data: Buffer): string | undefined {
  const reader = new TdsReader(data, data.readUInt32LE(data.readUInt16LE(56)));
  for (let feature = reader.byte(); feature !== 0xff; feature = reader.byte()) {
    const end = reader.integer() + reader.at;
    if (feature === 2) {
      // Bit 0 echoes the server's option; the rest is 1 for a token in this message.
      if (reader.byte() >> 1 !== 1) throw new Error('The client requested an unsupported token flow.');
      return reader.bytes(reader.integer()).toString('utf16le');
    }
    reader.at = end;
  }
  return undefined;
}
