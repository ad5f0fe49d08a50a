/** Bytes as shared code passes them on: streamed in chunks of any size, never buffered as a whole. */
export type Bytes = AsyncIterable<Uint8Array>;
