/** A SQL Server error. */
export class Fault extends Error {
  readonly number: number;
  /** Severity from 11; from 20 the server closes the connection. */
  readonly level: number;

  constructor(number: number, message: string, level = 16) {
    super(message);
    this.number = number;
    this.level = level;
  }
}
