/** hyparquet-compressors has types only for its index, which also loads WebAssembly. */
declare module 'hyparquet-compressors/src/brotli.js' {
  /** Decompresses a Brotli stream. @param output where to write; what is left keeps its bytes */
  export function decompressBrotli(input: Uint8Array, output: ArrayBuffer): Uint8Array;
}

declare module 'hyparquet-compressors/src/lz4.js' {
  /** Decompresses LZ4 as Hadoop frames it, or raw blocks. @param length decompressed bytes */
  export function decompressLz4(input: Uint8Array, length: number): Uint8Array;
  /** Decompresses one raw LZ4 block. @param length decompressed bytes */
  export function decompressLz4Raw(input: Uint8Array, length: number): Uint8Array;
}
