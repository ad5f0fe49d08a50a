/** An error as SQL Server makes one. */
export class Fault extends Error {
  readonly number: number;
  /** Severity, from 11 on; with 20 the server ends the connection. */
  readonly level: number;

  constructor(number: number, message: string, level = 16) {
    super(message);
    this.number = number;
    this.level = level;
  }
}
