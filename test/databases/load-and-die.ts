import mysql from 'mysql2';
import { loadIntoTable } from '../../shared/src/datasets/load/load-into-table.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';

/** What this process loads, and when it is killed: its only argument, as JSON. */
export interface Fate {
  address: string;
  csv: string;
  options: LoadOptions;
  /** Number of the writing statement at which it ends, from 1. */
  statement: number;
  /** Whether it ends when that statement is sent, or when its result arrives. */
  when: 'sent' | 'answered';
}

const changing = /^\s*(?:create|drop|alter|insert|update|delete|load|rename|start|commit|rollback)\b/i;

interface Driven {
  addCommand(command: { sql?: string; onResult?: (...answer: unknown[]) => void }): unknown;
}

const { address, csv, options, statement, when } = JSON.parse(process.argv[2] ?? '') as Fate;
const driver = (mysql as unknown as { Connection: { prototype: Driven } }).Connection.prototype;
const send = driver.addCommand;
const die = (): void => void process.kill(process.pid, 'SIGKILL');
let seen = 0;

driver.addCommand = function (command) {
  const fatal = changing.test(command.sql ?? '') && (seen += 1) === statement;
  const { onResult } = command;
  if (fatal && when === 'answered') {
    command.onResult = (...answer) => {
      die();
      onResult?.(...answer);
    };
  }
  const sent = send.call(this, command);
  if (fatal && when === 'sent') die();
  return sent;
};

async function* pieces() {
  yield Buffer.from(csv);
}

const target = await openTarget(address);
await loadIntoTable(pieces(), target, options);
await target.close();
