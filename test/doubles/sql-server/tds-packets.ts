/** Message types. @see https://learn.microsoft.com/openspecs/windows_protocols/ms-tds (2.2.3.1.1) */
export const messageTypes = {
  batch: 1,
  rpc: 3,
  answer: 4,
  attention: 6,
  bulk: 7,
  transaction: 14,
  login: 16,
  prelogin: 18,
} as const;

/** A complete message of a client. */
export interface TdsMessage {
  type: number;
  data: Buffer;
  /** Whether the client canceled it before its end. */
  ignored: boolean;
}

const headerLength = 8;
const lastPacket = 0x01;
const ignorePacket = 0x02;
const usualSize = 4096;

/** Assembles packets into messages. */
export class PacketReader {
  #bytes: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];

  /**
   * Adds received bytes.
   * @param onPart called for each packet of an incomplete message
   * @returns the completed messages
   */
  push(bytes: Buffer, onPart: (type: number, length: number) => void = () => undefined): TdsMessage[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const messages: TdsMessage[] = [];
    let at = 0;
    while (this.#bytes.length - at >= headerLength) {
      const length = this.#bytes.readUInt16BE(at + 2);
      if (length < headerLength) throw new Error('A packet is shorter than its header.');
      if (this.#bytes.length - at < length) break;
      const type = this.#bytes.readUInt8(at);
      const status = this.#bytes.readUInt8(at + 1);
      this.#parts.push(this.#bytes.subarray(at + headerLength, at + length));
      at += length;
      if (status & lastPacket) {
        messages.push({ type, data: Buffer.concat(this.#parts), ignored: (status & ignorePacket) !== 0 });
        this.#parts = [];
      } else onPart(type, length);
    }
    this.#bytes = this.#bytes.subarray(at);
    return messages;
  }
}

/** Splits a message into packets. */
export function packetsOf(type: number, data: Buffer, size = usualSize): Buffer {
  const packets: Buffer[] = [];
  const room = size - headerLength;
  for (let at = 0, number = 1; at === 0 || at < data.length; at += room, number += 1) {
    const part = data.subarray(at, at + room);
    const header = Buffer.alloc(headerLength);
    header.writeUInt8(type, 0);
    header.writeUInt8(at + room >= data.length ? lastPacket : 0, 1);
    header.writeUInt16BE(headerLength + part.length, 2);
    header.writeUInt8(number % 256, 6);
    packets.push(header, part);
  }
  return Buffer.concat(packets);
}
