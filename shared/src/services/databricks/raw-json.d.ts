interface JSON {
  /**
   * A value that `JSON.stringify` writes as the given JSON text, such as an integer beyond 2^53.
   * @see https://github.com/tc39/proposal-json-parse-with-source
   */
  rawJSON(text: string): unknown;
}
