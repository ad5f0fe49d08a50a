declare module 'oled-font-5x7' {
  /** Fixed-width letters, one number per column, the lowest bit on top. */
  const font: { width: number; height: number; fontData: readonly number[]; lookup: readonly string[] };
  export default font;
}
