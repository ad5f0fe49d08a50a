/** Bytes as they travel everywhere in shared code: in pieces of any size, never whole. */
export type Bytes = AsyncIterable<Uint8Array>;
