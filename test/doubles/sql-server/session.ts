import { DatabaseSync, type StatementResultingChanges } from 'node:sqlite';
import type { AppLocks } from './app-locks.ts';
import { addColumn, addObject, columnsOf, objectId, selectsRows, typeName, type CatalogColumn } from './catalog.ts';
import { alter, assign, convert, type Value } from './convert.ts';
import { Fault } from './fault.ts';
import type { AnswerColumn, AnswerValue } from './tds-tokens.ts';
import type { BulkColumn } from './tds-bulk.ts';
import { mark, quoted, split, translate, type MarkedSql } from './tsql.ts';

/** The result of one statement. */
export interface StatementAnswer {
  columns?: AnswerColumn[];
  rows?: AnswerValue[][];
  /** Number of changed rows. */
  touched?: number;
}

/** Parameter values by name, without `@`. */
export type Parameters = Record<string, Value>;

/** The login of a session. */
export interface Surroundings {
  file: string;
  schemas: readonly string[];
  database: string;
  user: string;
  locks: AppLocks;
  /** Tables that the user has no permission for and the catalog hides; permissions that the user lacks. */
  hidden: ReadonlySet<string>;
  denied: ReadonlySet<string>;
  /** Serializes writing transactions. Resolves with a function that ends the turn. */
  takeTurn(): Promise<() => void>;
}

/** Unquoted column names of the load tables and of results. */
const plainNames = new Set(
  `load_id table_name mode status row_count rejected bytes seconds source source_event_id checksum loaded_at line reason column_name value row_text pipewright_staging pipewright_rejects
  row_count held found name id kind type digits scale collation nullable numbered standard person pipewright_touched allowed
  in_memory outside temporal code_page computed generated hidden column_set encryption masked padded seen instead updates
  is_memory_optimized is_external temporal_type is_hidden is_column_set encryption_type is_masked is_ansi_padded is_instead_of_trigger is_disabled parent_id tables triggers
  objects columns foreign_keys object_id system_type_id user_type_id max_length precision collation_name is_nullable is_identity default_object_id is_computed generated_always_type column_id
  parent_object_id referenced_object_id delete_referential_action is_disabled`.split(/\s+/),
);

const lockStatement =
  /^(?:DECLARE @got int; EXEC @got = |EXEC )sys\.sp_getapplock @Resource = (@resource|'\d+'), @LockMode = '\d+', @LockOwner = '(\d+)', @LockTimeout = (\d+)(?:; SELECT @got AS got)?$/;
const releaseStatement = /^EXEC sys\.sp_releaseapplock @Resource = (@resource), @LockOwner = '\d+'$/;

/**
 * A session: runs the statements that the target sends on SQLite, with SQL Server's rules for conversions, lengths, NULL,
 * identity columns and transactions. Any other statement is an error.
 */
export class Session {
  readonly #database: DatabaseSync;
  readonly #surroundings: Surroundings;
  readonly #transactionLocks: string[] = [];
  #lastTouched = 0;
  #identityInsert: string | undefined;
  /** Columns of the session's temporary tables. */
  readonly #temporary = new Map<string, BulkColumn[]>();
  #endTurn: (() => void) | undefined;
  /** Table and columns of the pending bulk load. */
  #bulk: { table: string; columns: BulkColumn[] } | undefined;
  #fault: Fault | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#database = new DatabaseSync(surroundings.file);
    this.#database.exec('PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 0');
    this.#defineFunctions();
  }

  get inTransaction(): boolean {
    return this.#endTurn !== undefined;
  }

  async begin(): Promise<void> {
    if (this.inTransaction)
      throw new Fault(3988, 'New transaction is not allowed because there are other threads running in the session.');
    this.#endTurn = await this.#surroundings.takeTurn();
    this.#database.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    if (!this.inTransaction)
      throw new Fault(3902, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    this.#database.exec('COMMIT');
    this.#leave();
  }

  rollback(): void {
    if (!this.inTransaction)
      throw new Fault(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#leave();
  }

  close(): void {
    if (this.inTransaction) this.rollback();
    this.#surroundings.locks.releaseAll(this);
    this.#database.close();
  }

  /** Runs a batch. @throws Fault as SQL Server does; number 102 for an unsupported statement */
  async run(sql: string, parameters: Parameters): Promise<StatementAnswer[]> {
    const marked = mark(sql);
    const locked = await this.#lock(marked, parameters);
    if (locked) return [locked];
    const answers: StatementAnswer[] = [];
    for (const statement of split(marked.text, ';').filter((one) => one !== ''))
      answers.push(...this.#withRowsOfTriggers(marked, statement, this.#statement(marked, statement, parameters)));
    return answers;
  }

  /** Sends the rows of a trigger before the end of its statement. */
  #withRowsOfTriggers(marked: MarkedSql, statement: string, answer: StatementAnswer): StatementAnswer[] {
    const [, event = '', place] = /^(INSERT|UPDATE|DELETE)\b.*?(\[\d+\]\.\[\d+\])/i.exec(statement) ?? [];
    if (place === undefined || !selectsRows(this.#database, tableName(marked, place), event.toUpperCase() as 'INSERT'))
      return [answer];
    return [{ columns: [{ name: 'rows_of_the_trigger', type: 'bigint' }], rows: [[99]] }, answer];
  }

  /** Stores the rows of a bulk load. Returns their number. */
  bulk(columns: readonly BulkColumn[], rows: readonly (string | null)[][]): number {
    const bulk = this.#bulk;
    this.#bulk = undefined;
    if (!bulk) throw new Fault(4022, 'Bulk load data was expected but not sent. The batch will be terminated.');
    if (JSON.stringify(columns) !== JSON.stringify(bulk.columns))
      throw new Fault(4815, 'Received an invalid column length from the bcp client.');
    const insert = this.#database.prepare(
      `INSERT INTO ${quoted(bulk.table)} (${columns.map(({ name }) => quoted(name)).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    this.#database.exec('SAVEPOINT bulk');
    for (const row of rows) {
      checkRowSize(row);
      insert.run(...row);
    }
    this.#database.exec('RELEASE bulk');
    return rows.length;
  }

  #leave(): void {
    for (const resource of this.#transactionLocks.splice(0)) this.#surroundings.locks.release(resource, this);
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  async #lock({ text, texts }: MarkedSql, parameters: Parameters): Promise<StatementAnswer | undefined> {
    const resourceOf = (word: string): string =>
      word === '@resource' ? String(parameters['resource']) : (texts[Number(word.slice(1, -1))] ?? '');
    const [, resource, owner, timeout] = lockStatement.exec(text) ?? [];
    if (resource !== undefined) {
      const forTransaction = texts[Number(owner)] === 'Transaction';
      if (forTransaction && !this.inTransaction) throw new Fault(15244, 'A transaction is needed.');
      const got = await this.#surroundings.locks.take(resourceOf(resource), this, Number(timeout));
      if (forTransaction && got >= 0) this.#transactionLocks.push(resourceOf(resource));
      return { columns: [{ name: 'got', type: 'bigint' }], rows: [[got]] };
    }
    const [, released] = releaseStatement.exec(text) ?? [];
    if (released === undefined) return undefined;
    if (!this.#surroundings.locks.release(resourceOf(released), this))
      throw new Fault(1223, 'Cannot release the application lock because it is not currently held.');
    return {};
  }

  #statement(marked: MarkedSql, statement: string, parameters: Parameters): StatementAnswer {
    if (
      /^(set [a-z_]+ (?:on|off|\w+)(?: |$)|set transaction isolation level read committed )+/i.test(`${statement} `) &&
      !/identity_insert/i.test(statement)
    )
      return {};
    if (statement === 'SELECT ROWCOUNT_BIG() AS pipewright_touched')
      return { columns: [{ name: 'pipewright_touched', type: 'bigint' }], rows: [[this.#lastTouched]] };
    const word = /^(?:\w+ )?(?:TABLE|BULK|IDENTITY_INSERT|INTO)|^\w+/i.exec(statement)?.[0]?.toUpperCase() ?? '';
    switch (word) {
      case 'SELECT':
        return this.#select(marked, statement, parameters);
      case 'INSERT INTO':
        return this.#insert(marked, statement, parameters);
      case 'UPDATE':
        return this.#update(marked, statement, parameters);
      case 'DELETE':
        return this.#change(translate(marked, statement, plainNames), parameters);
      case 'CREATE TABLE':
        return this.#createTable(marked, statement);
      case 'DROP TABLE':
        return this.#dropTemporary(statement);
      case 'ALTER TABLE':
        return this.#alterTable(marked, statement);
      case 'SET IDENTITY_INSERT':
        return this.#setIdentityInsert(marked, statement);
      case 'INSERT BULK':
        return this.#expectBulk(marked, statement);
      default:
        throw new Fault(102, `The double does not understand: ${statement}`);
    }
  }

  #select(marked: MarkedSql, statement: string, parameters: Parameters): StatementAnswer {
    const prepared = this.#prepare(translate(marked, statement, plainNames));
    prepared.setReadBigInts(true);
    const rows = this.#inSqlite(() => prepared.all(bound(statement, parameters)));
    const columns = prepared.columns().map(({ name, table, column }, index): AnswerColumn => {
      const known = table
        ? columnsOf(this.#database, table).find((one) => one.name === column)?.declaration
        : undefined;
      const first = rows.map((row) => Object.values(row)[index]).find((value) => value !== null);
      return {
        name,
        type: known?.startsWith('datetimeoffset')
          ? 'datetimeoffset'
          : known === 'float'
            ? 'float'
            : typeof first === 'bigint'
              ? 'bigint'
              : 'nvarchar',
      };
    });
    return { columns, rows: rows.map((row) => Object.values(row) as AnswerValue[]) };
  }

  #insert(marked: MarkedSql, statement: string, parameters: Parameters): StatementAnswer {
    const [, place = '', list = '', select, values] =
      /^INSERT INTO (\[\d+\]\.\[\d+\]) \(([^)]*)\) (?:SELECT (.*)|VALUES \((.*)\))$/i.exec(statement) ??
      this.#refuse(statement);
    const table = tableName(marked, place);
    const names = split(list, ',').map((name) => plainName(marked, name));
    const columns = this.#columnsOf(table);
    const chosen = names.map((name) => columns.find((column) => column.name === name) ?? this.#noColumn(name));
    for (const { name, nullable, numbered, filled, hasStandard } of columns) {
      if (!names.includes(name) && !nullable && !numbered && !filled && !hasStandard)
        assign({ declaration: 'int', nullable: false, name, collation: null }, null);
    }
    if (chosen.some(({ filled }) => filled))
      throw new Fault(
        271,
        'The column cannot be modified because it is either a computed column or is the result of a UNION operator.',
      );
    const numbers = chosen.some(({ numbered }) => numbered);
    if (numbers !== (this.#identityInsert === table)) {
      throw numbers
        ? new Fault(
            544,
            `Cannot insert explicit value for identity column in table '${table}' when IDENTITY_INSERT is set to OFF.`,
          )
        : new Fault(
            545,
            `Explicit value must be specified for identity column in table '${table}' when IDENTITY_INSERT is set to ON.`,
          );
    }
    const [first = '', ...rest] = select === undefined ? [values ?? ''] : split(select, ' FROM ');
    const expressions = split(first, ',').map((expression, index) =>
      assigning(chosen[index] as CatalogColumn, translate(marked, expression, plainNames)),
    );
    const source =
      select === undefined
        ? `VALUES (${expressions.join(', ')})`
        : `SELECT ${expressions.join(', ')} FROM ${translate(marked, rest.join(' FROM '), plainNames)}`;
    return this.#change(`INSERT INTO ${quoted(table)} (${names.map(quoted).join(', ')}) ${source}`, parameters);
  }

  #update(marked: MarkedSql, statement: string, parameters: Parameters): StatementAnswer {
    const joined =
      /^UPDATE present SET (.*) FROM (\[\d+\]\.\[\d+\]) AS present INNER JOIN (#\w+ AS incoming|\(#\w+ AS incoming(?: INNER JOIN #\w+ AS incoming_\d+ ON incoming_\d+\.\[\d+\] = incoming\.\[\d+\])+\)) ON (.*)$/i.exec(
        statement,
      );
    const plain = /^UPDATE (\[\d+\]\.\[\d+\]) SET (.*)$/i.exec(statement);
    const [, list, place, source, condition] =
      joined ?? (plain ? [undefined, plain[2], plain[1]] : this.#refuse(statement));
    const table = tableName(marked, place ?? '');
    const columns = this.#columnsOf(table);
    const changes = split(list ?? '', ',').map((change) => {
      const [name = '', ...expression] = change.split(' = ');
      const column = columns.find((one) => one.name === plainName(marked, name)) ?? this.#noColumn(name);
      if (column.numbered) throw new Fault(8102, `Cannot update identity column '${column.name}'.`);
      return `${quoted(column.name)} = ${assigning(column, translate(marked, expression.join(' = '), plainNames))}`;
    });
    const from = source === undefined ? '' : ` FROM ${translate(marked, `${source} WHERE ${condition}`, plainNames)}`;
    return this.#change(`UPDATE ${quoted(table)} AS present SET ${changes.join(', ')}${from}`, parameters);
  }

  #createTable(marked: MarkedSql, statement: string): StatementAnswer {
    const [, place = '', list = ''] =
      /^CREATE TABLE (#\w+|\[\d+\]\.\[\d+\]) \((.*)\)$/i.exec(statement) ?? this.#refuse(statement);
    const definitions = split(list, ',');
    if (place.startsWith('#')) {
      const columns = definitions.map((definition) => this.#textColumn(marked, definition));
      this.#temporary.set(place, columns);
      this.#database.exec(`CREATE TEMP TABLE ${quoted(place)} (${columns.map(({ name }) => quoted(name)).join(', ')})`);
      return {};
    }
    const table = tableName(marked, place);
    if (!this.#surroundings.schemas.includes(table.split('.')[0] ?? ''))
      throw new Fault(2760, 'The specified schema name either does not exist or you do not have permission to use it.');
    if (objectId(this.#database, table) !== undefined)
      throw new Fault(2714, `There is already an object named '${table}' in the database.`);
    const keys = definitions.filter((definition) => definition.startsWith('PRIMARY KEY'));
    const id = addObject(this.#database, table, 'U ');
    const names = definitions
      .filter((definition) => !keys.includes(definition))
      .map((definition) => this.#define(marked, id, definition));
    this.#database.exec(`CREATE TABLE ${quoted(table)} (${[...names.map(quoted), ...keys].join(', ')})`);
    return {};
  }

  #textColumn(marked: MarkedSql, definition: string): BulkColumn {
    const [, name = '', declaration = ''] =
      /^(\S+) (nvarchar\((?:\d+|max)\)) COLLATE DATABASE_DEFAULT NULL$/.exec(definition) ?? this.#refuse(definition);
    return { name: plainName(marked, name), declaration };
  }

  /** Registers a column definition. Returns its name. */
  #define(marked: MarkedSql, table: number, definition: string): string {
    const [, name = '', type = '', , not] =
      /^(\S+) (\w+(?:\((?:\d+|max)(?:,\s*\d+)?\))?)( COLLATE \w+)?(?:( NOT)? NULL)?$/.exec(definition) ??
      this.#refuse(definition);
    const column = plainName(marked, name);
    const there = this.#database
      .prepare('SELECT 1 FROM "sys.columns" WHERE object_id = ? AND lower(name) = lower(?)')
      .get(table, column);
    if (there)
      throw new Fault(
        2705,
        `Column names in each table must be unique. Column name '${column}' in table is specified more than once.`,
      );
    addColumn(this.#database, table, { name: column, type, nullable: not === undefined });
    return column;
  }

  #dropTemporary(statement: string): StatementAnswer {
    const [, list = ''] = /^DROP TABLE IF EXISTS ((?:#\w+(?:, )?)+)$/i.exec(statement) ?? this.#refuse(statement);
    for (const name of list.split(', ')) this.#database.exec(`DROP TABLE IF EXISTS temp.${quoted(name)}`);
    return {};
  }

  #alterTable(marked: MarkedSql, statement: string): StatementAnswer {
    const [, temporary, definition = ''] = /^ALTER TABLE (#\w+) ALTER COLUMN (.*)$/i.exec(statement) ?? [];
    if (temporary !== undefined) {
      const changed = this.#textColumn(marked, definition);
      this.#temporary.set(
        temporary,
        (this.#temporary.get(temporary) ?? []).map((column) => (column.name === changed.name ? changed : column)),
      );
      return {};
    }
    const [, place = '', added, name, type = '', collation, not] =
      /^ALTER TABLE (\[\d+\]\.\[\d+\]) (?:ADD (.*)|ALTER COLUMN (\[\d+\]) (\w+(?:\((?:\d+|max)(?:,\s*\d+)?\))?)( COLLATE \w+)?( NOT)? NULL)$/i.exec(
        statement,
      ) ?? this.#refuse(statement);
    const table = tableName(marked, place);
    const id = objectId(this.#database, table) ?? -1;
    if (added !== undefined) {
      for (const definition of split(added, ','))
        this.#database.exec(`ALTER TABLE ${quoted(table)} ADD COLUMN ${quoted(this.#define(marked, id, definition))}`);
      return {};
    }
    const column = plainName(marked, name ?? '');
    const old = this.#columnsOf(table).find((one) => one.name === column) ?? this.#noColumn(column);
    addColumn(this.#database, -id, {
      name: column,
      type,
      nullable: not === undefined,
      ...(collation ? { collation: collation.slice(9) } : {}),
    });
    this.#database.exec(`UPDATE "sys.columns" SET (system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable, declaration) =
        (SELECT system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable, declaration FROM "sys.columns" WHERE object_id = ${-id})
      WHERE object_id = ${id} AND name = '${column.replaceAll("'", "''")}'; DELETE FROM "sys.columns" WHERE object_id = ${-id}`);
    if (old.declaration !== type)
      this.#change(
        `UPDATE ${quoted(table)} SET ${quoted(column)} = ${assigning({ ...old, declaration: type, nullable: not === undefined }, quoted(column), old.declaration)}`,
        {},
      );
    return {};
  }

  #setIdentityInsert(marked: MarkedSql, statement: string): StatementAnswer {
    const [, place = '', word] =
      /^SET IDENTITY_INSERT (\[\d+\]\.\[\d+\]) (ON|OFF)$/i.exec(statement) ?? this.#refuse(statement);
    const table = tableName(marked, place);
    if (word === 'ON' && this.#identityInsert !== undefined)
      throw new Fault(8107, `IDENTITY_INSERT is already ON for table '${this.#identityInsert}'.`);
    this.#identityInsert = word === 'ON' ? table : undefined;
    return {};
  }

  #expectBulk(marked: MarkedSql, statement: string): StatementAnswer {
    const [, table = '', list = ''] =
      /^insert bulk (#\w+) ?\((.*)\) WITH \(KEEP_NULLS,TABLOCK\)$/i.exec(statement) ?? this.#refuse(statement);
    const columns = split(list, ',').map((definition): BulkColumn => {
      const [name = '', declaration = ''] = definition.split(' ');
      return { name: plainName(marked, name), declaration };
    });
    if (JSON.stringify(this.#temporary.get(table)) !== JSON.stringify(columns))
      throw new Fault(4816, 'Invalid column type from bcp client.');
    this.#bulk = { table, columns };
    return {};
  }

  #columnsOf(table: string): CatalogColumn[] {
    const columns = columnsOf(this.#database, table);
    if (columns.length === 0) throw new Fault(208, `Invalid object name '${table}'.`);
    return columns;
  }

  #change(sql: string, parameters: Parameters): StatementAnswer {
    const prepared = this.#prepare(sql);
    const { changes } = this.#inSqlite((): StatementResultingChanges => prepared.run(bound(sql, parameters)));
    this.#lastTouched = Number(changes);
    return { touched: Number(changes) };
  }

  #prepare(sql: string) {
    try {
      return this.#database.prepare(sql);
    } catch (error) {
      const [, missing] = /no such table: (.*)/.exec(String(error)) ?? [];
      if (missing !== undefined) throw new Fault(208, `Invalid object name '${missing}'.`);
      throw new Fault(102, `The double does not understand: ${sql} (${String(error)})`);
    }
  }

  /** Translates a SQLite error to a SQL Server error. */
  #inSqlite<T>(work: () => T): T {
    this.#fault = undefined;
    try {
      return work();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (this.#fault) throw this.#fault as Fault;
      if (text.includes('UNIQUE constraint failed'))
        throw new Fault(2627, `Violation of PRIMARY KEY constraint. Cannot insert duplicate key: ${text}.`, 14);
      if (text.includes('FOREIGN KEY constraint failed'))
        throw new Fault(547, 'The statement conflicted with the REFERENCE constraint.');
      throw new Fault(102, `The double cannot do that: ${text}`);
    }
  }

  #noColumn(name: string): never {
    throw new Fault(207, `Invalid column name '${name}'.`);
  }

  #refuse(statement: string): never {
    throw new Fault(102, `The double does not understand: ${statement}`);
  }

  #defineFunctions(): void {
    const define = (name: string, work: (...values: Value[]) => Value): void => {
      this.#database.function(name, { varargs: true, useBigIntArguments: true }, (...values) => {
        try {
          return work(...(values as Value[]));
        } catch (error) {
          this.#fault = error instanceof Fault ? error : new Fault(102, String(error));
          throw error;
        }
      });
    };
    define('convert_to', (type, value, style) => convert(String(type), value ?? null, Number(style ?? 0)));
    define('assign', (type, nullable, name, collation, value, from) => {
      const column = {
        declaration: String(type),
        nullable: Number(nullable) === 1,
        name: String(name),
        collation: collation === null ? null : String(collation),
      };
      return from === undefined ? assign(column, value ?? null) : alter(String(from), column, value ?? null);
    });
    define('left_of', (text, length) => (text === null ? null : String(text).slice(0, Number(length))));
    define('charindex', (word, text) => (text === null ? null : BigInt(String(text).indexOf(String(word)) + 1)));
    define('datalength', (text) => (text === null ? null : BigInt(String(text).length)));
    define('collationproperty', (collation) =>
      collation === null ? null : String(collation).endsWith('UTF8') ? 65_001n : 1252n,
    );
    define('objectproperty', (id, property) => {
      const [, event] = /^ExecIs(\w+)Trigger$/.exec(String(property)) ?? [];
      return this.#database
        .prepare('SELECT 1 FROM "sys.triggers" WHERE object_id = ? AND event = upper(?)')
        .get(Number(id), String(event)) === undefined
        ? 0n
        : 1n;
    });
    define('has_perms_by_name', (name, _kind, permission) =>
      this.#surroundings.denied.has(String(permission)) ? 0n : name === null ? null : 1n,
    );
    define('len', (text) => (text === null ? null : BigInt(String(text).replace(/ +$/, '').length)));
    define('stuff', (text, from, length, by) =>
      text === null
        ? null
        : String(text).slice(0, Number(from) - 1) + String(by) + String(text).slice(Number(from) - 1 + Number(length)),
    );
    define('patindex', (pattern, text) => {
      const [, set] = /^%\[(.+)\]%$/.exec(String(pattern)) ?? [];
      if (set === undefined) throw new Fault(102, `The double does not know the pattern ${String(pattern)}.`);
      return text === null
        ? null
        : BigInt(
            String(text)
              .split('')
              .findIndex((letter) => set.includes(letter)) + 1,
          );
    });
    const { schemas, database, user } = this.#surroundings;
    define('db_name', () => database);
    define('user_name', () => user);
    define('schema_name', () => 'dbo');
    define('schema_id', (name) => (schemas.includes(String(name)) ? BigInt(schemas.indexOf(String(name)) + 1) : null));
    define('type_name', (number) => typeName(number));
    define('quotename', (name) => `[${String(name).replaceAll(']', ']]')}]`);
    define('object_id', (name, kind) => {
      const [, schema = '', table = ''] =
        /^\[((?:[^\]]|\]\])*)\]\.\[((?:[^\]]|\]\])*)\]$/.exec(String(name)) ??
        /^()\[((?:[^\]]|\]\])*)\]$/.exec(String(name)) ??
        [];
      const id = objectId(
        this.#database,
        `${(schema || 'dbo').replaceAll(']]', ']')}.${table.replaceAll(']]', ']')}`,
        kind === undefined ? undefined : String(kind),
      );
      return id === undefined ||
        this.#surroundings.hidden.has(`${(schema || 'dbo').replaceAll(']]', ']')}.${table.replaceAll(']]', ']')}`)
        ? null
        : BigInt(id);
    });
    const named =
      (column: string) =>
      (id: Value | undefined): Value =>
        (this.#database.prepare(`SELECT ${column} AS found FROM "sys.objects" WHERE object_id = ?`).get(Number(id))?.[
          'found'
        ] as string) ?? null;
    define('object_name', named('name'));
    define('object_schema_name', named('schema_name'));
  }
}

/** The values that a statement names; SQLite rejects others. */
function bound(statement: string, parameters: Parameters): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([name]) => new RegExp(`@${name}\\b`).test(statement))
      .map(([name, value]) => [`@${name}`, value]),
  );
}

function tableName({ names }: MarkedSql, place: string): string {
  const [, schema, table] = /^\[(\d+)\]\.\[(\d+)\]$/.exec(place) ?? [];
  return `${names[Number(schema)]}.${names[Number(table)]}`;
}

function plainName({ names }: MarkedSql, name: string): string {
  return /^\[\d+\]$/.test(name) ? (names[Number(name.slice(1, -1))] ?? '') : name;
}

/** @param from the previous type of a changed column */
function assigning(
  { declaration, nullable, name, collation }: CatalogColumn,
  expression: string,
  from?: string,
): string {
  return `assign('${declaration}', ${Number(nullable)}, '${name.replaceAll("'", "''")}', ${collation === null ? 'NULL' : `'${collation}'`}, ${expression}${from === undefined ? '' : `, '${from}'`})`;
}

/**
 * A row must fit into a page; values above 24 bytes are stored off-row with a pointer.
 * @throws Fault 511
 */
function checkRowSize(row: readonly (string | null)[]): void {
  const values = row.reduce((sum, value) => sum + (value === null ? 0 : Math.min(value.length * 2, 24) + 2), 0);
  const size = values + 8 + Math.ceil(row.length / 8);
  if (size > 8060)
    throw new Fault(
      511,
      `Cannot create a row of size ${size} which is greater than the allowable maximum row size of 8060.`,
    );
}
