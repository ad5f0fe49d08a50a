import { describeError } from '../host/error.ts';
import { Failure, UsageError } from './usage-error.ts';

/** How to use the program. Its schemes are loaded only to print it. */
async function describeUsage(): Promise<string> {
  const { schemes } = await import('../webhooks/schemes.ts');
  const { hmacPresets } = await import('../webhooks/hmac-presets.ts');
  return `Usage:
  pipewright list [--json]
      Lists every operation with its key, service and platforms.

  pipewright run <key> --input <json or @file> --connection <json file> [--json]
      Runs an action or a search. For Azure, the variables AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET,
      AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE and AZURE_SUBSCRIPTION_ID complete the connection.

  pipewright load --from <file, URL or download operation> --table <name>
                  --to <sqlite:path | postgres://… | mysql://… | sqlserver://…>
                  [--input <json or @file>] [--connection <json file>]
                  [--mode create|replace|append|upsert] [--key a,b] [--schema <name>]
                  [--format csv|json-lines] [--encoding auto|windows-1252|shift_jis|…]
                  [--delimiter <character>] [--header | --no-header] [--skip-rows <number>] [--skip-last-rows <number>]
                  [--comment <prefix>] [--number-format plain|point|comma|space|apostrophe]
                  [--date-format iso|day-first|month-first|<pattern>] [--file-in-zip <name>]
                  [--sheet <name>] [--cell-range <A1:F200 or table>] [--skip-hidden-rows]
                  [--invalid-cells reject|null] [--round-to-15-digits]
                  [--path-to-rows <data.items>] [--nested-columns]
                  [--null <value>]… [--type <column>=<type>]… [--map <column>=<name in the table>]…
                  [--on-schema-change fail|ignore|evolve] [--contract <json file>] [--shorten-names]
                  [--max-change-percent <number>] [--max-rejected-rows <number>] [--save-rejected-rows]
                  [--load-key <text>] [--save-load-record] [--add-load-metadata] [--source-event-id <text>]
                  [--parallel-connections <number>] [--allow-empty] [--json]
      Loads a dataset into a table atomically: all rows or none. A download operation, such as
      quantemplate.downloadDataset, needs --input and --connection. What is not given about the format of the file is
      detected. --map Notes= leaves a column out, and --nested-columns makes nested JSON objects columns.
      For SQL Server without a user in the address, the variables of Azure log in to Microsoft Entra; add
      login=managed-identity to the address for the identity of the machine.

  pipewright check --from <file, URL or download operation> --rules <file with one rule per line> [--json]
                   [--to <database for lookup rules>] [--input <json or @file>] [--connection <json file>]
                   [--format …] [--encoding …] [--delimiter …] [--header | --no-header] [--skip-rows …]
                   [--skip-last-rows …] [--comment …] [--number-format …] [--date-format …] [--file-in-zip …]
                   [--sheet …] [--cell-range …] [--skip-hidden-rows] [--invalid-cells …] [--round-to-15-digits]
                   [--path-to-rows …] [--nested-columns]
      Checks a dataset against rules such as: policy is unique.

  pipewright verify --scheme <name> --secret <text> [--previous-secret <text>] [--location <name>]
                    --headers <json file> [--query <text>] --body <file> [--now <seconds since 1970>]
      Verifies a webhook delivery and explains a failure. Schemes: ${Object.keys(schemes).join(', ')},
      ${Object.keys(hmacPresets).join(', ')}, custom-hmac.
      Options of custom-hmac: --signature-header <name> [--algorithm sha256|sha512|sha1] [--encoding hex|base64|base64url]
                   [--prefix <text>] [--separator none|comma|space] [--signed <template>] [--timestamp-header <name>]
                   [--timestamp-unit s|ms|iso] [--id-header <name>] [--type-header <name>] [--url <webhook URL>]
      With --detect instead of --scheme, finds out which scheme fits and what to enter in the form.

  pipewright deliver --source <service> --url <URL> --secret <text> [--event <key>] [--body <file>]
      Signs a sample event like the service and sends it to a trigger.

Results are written to standard output, progress to standard error.
Exit codes: 0 success, 1 failure, 2 invalid usage.
`;
}

/** The commands; each is loaded when it is called, because a load should not wait for all services. */
const commands: Record<string, () => Promise<(words: string[]) => Promise<void>>> = {
  list: async () => (await import('./list.ts')).listOperations,
  run: async () => (await import('./run.ts')).runOperation,
  load: async () => (await import('./load.ts')).loadFile,
  check: async () => (await import('./check.ts')).checkFile,
  verify: async () => (await import('./verify.ts')).verifyDelivery,
  deliver: async () => (await import('./deliver.ts')).deliverEvent,
};

/**
 * Masks the secrets of the command line in a message: the values of --secret and the credentials in URLs. What it needs is loaded
 * only for an error.
 */
async function maskSecrets(words: readonly string[], message: string): Promise<string> {
  const { redact } = await import('../host/redact.ts');
  const { secretMask } = await import('../host/secret-mask.ts');
  const { secretsInAddress } = await import('../define/conceal.ts');
  const mask = secretMask();
  words.forEach((word, at) => {
    if (/^--(?:previous-)?secret$/.test(words[at - 1] ?? '')) mask.add(word);
    mask.add(/^--(?:previous-)?secret=([^]+)$/.exec(word)?.[1]);
    for (const part of secretsInAddress(word.replace(/^--[\w-]+=/, ''))) mask.add(part);
  });
  return redact(mask.text(message));
}

/** Runs a command; resolves to its exit code. */
export async function runCommand(words: string[]): Promise<number> {
  const [name, ...rest] = words;
  const asksForHelp = name === 'help' || [name, ...rest].some((word) => word === '--help' || word === '-h');
  if (name === undefined || asksForHelp) {
    (name === undefined ? process.stderr : process.stdout).write(await describeUsage());
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(commands, name) ? await commands[name]?.() : undefined;
    if (!command) throw new UsageError(`Unknown command “${name}”.`);
    await command(rest);
    return 0;
  } catch (error) {
    process.stderr.write(
      `${error instanceof Failure ? error.message : await maskSecrets(rest, describeError(error, 'cli'))}\n`,
    );
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write(`\n${await describeUsage()}`);
    return 2;
  }
}
