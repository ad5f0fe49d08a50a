/**
 * Collects the text of a string item (`si` or `is`): plain, or the runs of a rich text. Phonetic text (`rPh`), which
 * repeats the text in another script, is ignored.
 */
export class StringItem {
  /** The text so far. */
  value = '';
  #isText = false;
  #phonetic = 0;

  /** Starts a new item. */
  clear(): void {
    this.value = '';
    this.#isText = false;
    this.#phonetic = 0;
  }

  open(name: string): void {
    if (name === 'rPh') this.#phonetic += 1;
    else if (name === 't') this.#isText = true;
  }

  text(text: string): void {
    if (this.#isText && this.#phonetic === 0) this.value += text;
  }

  close(name: string): void {
    if (name === 'rPh') this.#phonetic -= 1;
    else if (name === 't') this.#isText = false;
  }
}
