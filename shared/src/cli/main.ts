import { describeError } from '../host/error.ts';
import { redact } from '../host/redact.ts';
import { secretMask } from '../host/secret-mask.ts';
import { secretsInAddress } from '../define/conceal.ts';
import { listOperations } from './list.ts';
import { loadFile } from './load.ts';
import { runOperation } from './run.ts';
import { checkFile } from './check.ts';
import { deliverEvent } from './deliver.ts';
import { verifyDelivery } from './verify.ts';
import { schemes } from '../webhooks/schemes.ts';
import { Refused, UsageError } from './usage-error.ts';

const usage = `Usage:
  pipewright list [--json]
      Every operation: its key, what it is, its service and where it is offered.
  pipewright run <key> --input <json or @file> --connection <json file> [--json]
      Runs an action or a search.
  pipewright load --from <address, file or download> --to <sqlite:path | postgres://… | mysql://… | sqlserver://…> --table <name>
                  [--input <json or @file>] [--connection <json file>]
                  [--mode create|replace|append|upsert] [--key a,b] [--schema <name>]
                  [--format csv|json-lines] [--encoding auto|windows-1252|shift_jis|…]
                  [--delimiter <character>] [--no-header] [--skip-rows <lines>] [--file-in-zip <name>] [--null <value>]… [--type column=type]…
                  [--columns refuse|ignore|evolve] [--contract <json file>] [--connections <number>]
                  [--max-change <percent>] [--load-key <text>] [--event-id <text>] [--record] [--load-columns]
                  [--shorten-names]
                  [--max-rejected <rows>] [--keep-rejects] [--allow-empty] [--json]
      Loads a dataset, also one in a ZIP, into a table, wholly or not at all. A download is one of an operation, such as
      quantemplate.downloadDataset, which needs its input and connection.
  pipewright check --from <address, file or download> --rules <file with one rule a line> [--json]
                   [--input <json or @file>] [--connection <json file>]
                   [--format …] [--encoding …] [--delimiter …] [--no-header] [--skip-rows …] [--file-in-zip …] [--to <database of the rules>]
      Whether a dataset meets rules such as: policy is unique.
  pipewright verify --scheme <name> --secret <text> [--previous-secret <text>] [--location <name>]
                    --headers <json file> [--query <text>] --body <file> [--now <seconds since 1970>]
      Whether a delivery is genuine, and if not, why. Schemes: ${Object.keys(schemes).join(', ')}.
  pipewright deliver --source <service> --url <address> --secret <text> [--event <key>] [--body <file>]
      Signs a realistic event as the service does, and sends it to a trigger.

Results go to standard output, progress to standard error.
Exit codes: 0 done, 1 it failed, 2 it was called wrongly.
`;

const commands = {
  list: listOperations,
  run: runOperation,
  load: loadFile,
  check: checkFile,
  verify: verifyDelivery,
  deliver: deliverEvent,
};

/** A message without the secrets that the words of the command hold: those after --secret, and what logs in in addresses. */
function withoutGivenSecrets(words: readonly string[], message: string): string {
  const mask = secretMask();
  words.forEach((word, at) => {
    if (/^--(?:previous-)?secret$/.test(words[at - 1] ?? '')) mask.learn(word);
    mask.learn(/^--(?:previous-)?secret=([^]+)$/.exec(word)?.[1]);
    for (const part of secretsInAddress(word.replace(/^--[\w-]+=/, ''))) mask.learn(part);
  });
  return redact(mask.text(message));
}

/** Runs one command of the command line; resolves to its exit code. */
export async function runCommand(words: string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    (name === undefined ? process.stderr : process.stdout).write(usage);
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined;
    if (!command) throw new UsageError(`There is no command “${name}”.`);
    await command(rest);
    return 0;
  } catch (error) {
    process.stderr.write(
      `${error instanceof Refused ? error.message : withoutGivenSecrets(rest, describeError(error, 'cli'))}\n`,
    );
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write(`\n${usage}`);
    return 2;
  }
}
