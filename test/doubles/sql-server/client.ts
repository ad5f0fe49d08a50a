import type { Socket } from 'node:net';
import { Fault } from './fault.ts';
import { Session, type Parameters, type StatementAnswer } from './session.ts';
import type { ServerState, Trouble } from './server-state.ts';
import { readBulk } from './tds-bulk.ts';
import { encryption, preloginAnswer, readLogin, readPrelogin, type Login } from './tds-login.ts';
import { messageTypes, PacketReader, packetsOf, type TdsMessage } from './tds-packets.ts';
import { TdsReader } from './tds-reader.ts';
import {
  done,
  doneInProcedure,
  doneProcedure,
  errorToken,
  featureTokens,
  loginTokens,
  returned,
  rowTokens,
  transactionToken,
} from './tds-tokens.ts';
import { TlsInTds } from './tls-in-tds.ts';

const helloOfTls = 0x16;
const spExecuteSql = 10;
const lastLevelThatLives = 19;
const transactions = { begin: 5, commit: 7, rollback: 8 } as const;

/** A connection to the double: framing, encryption and login, then sequential requests. */
export class Client {
  readonly #server: ServerState;
  readonly #socket: Socket;
  readonly #packets = new PacketReader();
  #tls: TlsInTds | undefined;
  #session: Session | undefined;
  #transaction = 0n;
  #transactions = 0n;
  #working: Promise<void> = Promise.resolve();

  constructor(server: ServerState, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.once('close', () => void this.#working.then(() => this.#session?.close()));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** Closes the connection gracefully and rolls back its transaction. */
  #end(): void {
    if (this.#session?.inTransaction) this.#session.rollback();
    if (this.#tls) this.#tls.end();
    else this.#socket.end();
  }

  #receive(bytes: Buffer): void {
    // TDS 8.0 starts with a TLS ClientHello, earlier versions with a TDS message.
    if (!this.#tls && !this.#session && bytes[0] === helloOfTls) {
      this.#tls = new TlsInTds(
        this.#server.certificate,
        (encrypted) => this.#socket.write(encrypted),
        (clear) => this.#take(clear),
        () => this.cut(),
        { bare: true, onEnd: () => this.#socket.end() },
      );
    }
    if (this.#tls && !this.#tls.isShakingHands) this.#tls.push(bytes);
    else this.#take(bytes);
  }

  #take(bytes: Buffer): void {
    const messages = this.#packets.push(bytes, (type, length) => this.#part(type, length));
    for (const message of messages) this.#part(message.type, message.data.length);
    for (const message of messages) {
      this.#working = this.#working
        .then(async () => {
          if (!this.#socket.destroyed) await this.#answer(message);
        })
        .catch((error: unknown) => {
          this.#server.misunderstood.push(String(error instanceof Error ? error.stack : error));
          this.cut();
        });
    }
  }

  #part(type: number, length: number): void {
    if (type !== messageTypes.bulk) return;
    this.#server.bulkBytes += length;
    const due = this.#server.troubles.find(
      ({ at, times = 0, afterBytes = 0 }) => at === 'bulk' && times > 0 && this.#server.bulkBytes >= afterBytes,
    );
    if (due && !due.fault) {
      due.times = 0;
      this.cut();
    }
  }

  async #answer({ type, data, ignored }: TdsMessage): Promise<void> {
    if (type === messageTypes.prelogin) return this.#prelogin(data);
    if (type === messageTypes.login) return this.#login(readLogin(data));
    if (!this.#session) throw new Error(`A message of type ${type} arrived before the login.`);
    if (type === messageTypes.attention) return this.#send(done({ attention: true }));
    if (ignored) {
      this.#server.statements.push('(taken back)');
      return this.#send(done({}));
    }
    try {
      if (type === messageTypes.batch) await this.#batch(data);
      else if (type === messageTypes.rpc) await this.#procedure(data);
      else if (type === messageTypes.transaction) await this.#transact(data);
      else if (type === messageTypes.bulk) this.#bulk(data, this.#session);
      else throw new Error(`The double does not support messages of type ${type}.`);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#refuse(error, type === messageTypes.rpc);
    }
  }

  #prelogin(data: Buffer): void {
    if (this.#tls?.isShakingHands) return this.#tls.push(data);
    const wanted = readPrelogin(data);
    const { encryption: kind } = this.#server;
    const encrypts = !this.#tls && kind !== 'none' && (wanted === encryption.on || kind === 'required');
    this.#send(
      preloginAnswer(encrypts ? (kind === 'required' ? encryption.required : encryption.on) : encryption.notSupported),
    );
    if (encrypts)
      this.#tls = new TlsInTds(
        this.#server.certificate,
        (bytes) => this.#socket.write(bytes),
        (bytes) => this.#take(bytes),
        () => this.cut(),
        { onEnd: () => this.#socket.end() },
      );
  }

  #login(login: Login): void {
    const { user, password, database, token } = this.#server;
    this.#server.logins.push({ ...login, encrypted: this.#tls?.protocol ?? 'none' });
    const trouble = this.#server.takeTrouble('login');
    if (trouble) return this.#trouble(trouble);
    const known =
      login.token === undefined ? login.user === user && login.password === password : login.token === token;
    if (!known)
      return this.#refuse(
        new Fault(
          18456,
          `Login failed for user '${login.token === undefined ? login.user : '<token-identified principal>'}'.`,
          14,
        ),
      );
    if (login.database !== database)
      return this.#refuse(
        new Fault(4060, `Cannot open database "${login.database}" requested by the login. The login failed.`, 11),
      );
    this.#session = new Session({
      file: this.#server.file,
      schemas: this.#server.schemas,
      database,
      user: login.token === undefined ? user : 'application',
      locks: this.#server.locks,
      hidden: this.#server.hidden,
      denied: this.#server.denied,
      takeTurn: () => this.#server.takeTurn(),
    });
    this.#send(loginTokens(database, featureTokens(login.token !== undefined)));
  }

  async #batch(data: Buffer): Promise<void> {
    const reader = new TdsReader(data);
    this.#checkTransaction(reader);
    const sql = reader.text((data.length - reader.at) / 2);
    const answers = await this.#run(sql, {});
    if (!answers) return;
    this.#send(
      Buffer.concat(
        answers.map((answer, index) =>
          Buffer.concat([tokensOf(answer), done({ ...rowsOf(answer), more: index < answers.length - 1 })]),
        ),
      ),
    );
  }

  async #procedure(data: Buffer): Promise<void> {
    const reader = new TdsReader(data);
    this.#checkTransaction(reader);
    if (reader.short() !== 0xffff || reader.short() !== spExecuteSql)
      throw new Error('The double supports no procedure other than sp_executesql.');
    reader.short();
    const values: [name: string, value: string | number | bigint | null][] = [];
    while (!reader.isAtEnd) {
      const name = reader.shortText();
      reader.byte();
      values.push([name.slice(1), readParameter(reader)]);
    }
    const [[, sql] = [], , ...parameters] = values;
    const answers = await this.#run(String(sql), Object.fromEntries(parameters));
    if (!answers) return;
    this.#send(
      Buffer.concat([
        ...answers.map((answer) => Buffer.concat([tokensOf(answer), doneInProcedure(rowsOf(answer).rows)])),
        returned(),
        doneProcedure(),
      ]),
    );
  }

  /** Runs a batch. Returns undefined when the connection was closed. */
  async #run(sql: string, parameters: Parameters): Promise<StatementAnswer[] | undefined> {
    this.#server.statements.push(sql);
    const trouble = this.#server.takeTrouble('statement', sql);
    if (trouble?.fault) throw trouble.fault;
    if (trouble) {
      if (trouble.orderly) this.#end();
      else this.cut();
      return undefined;
    }
    return this.#session?.run(sql, parameters);
  }

  async #transact(data: Buffer): Promise<void> {
    const reader = new TdsReader(data);
    this.#checkTransaction(reader);
    const what = reader.short();
    const trouble = what === transactions.commit ? this.#server.takeTrouble('commit') : undefined;
    if (trouble?.fault) throw trouble.fault;
    if (trouble) return this.cut();
    const ended = this.#transaction;
    if (what === transactions.begin) {
      await this.#session?.begin();
      this.#server.statements.push('(begin)');
      this.#transaction = this.#transactions += 1n;
      return this.#send(Buffer.concat([transactionToken('begun', this.#transaction), done({})]));
    }
    if (what === transactions.commit) this.#session?.commit();
    else if (what === transactions.rollback) this.#session?.rollback();
    else throw new Error(`The double does not support the transaction request ${what}.`);
    this.#server.statements.push(what === transactions.commit ? '(commit)' : '(rollback)');
    this.#transaction = 0n;
    this.#send(
      Buffer.concat([transactionToken(what === transactions.commit ? 'committed' : 'rolled back', ended), done({})]),
    );
  }

  #bulk(data: Buffer, session: Session): void {
    const { columns, rows } = readBulk(data);
    const trouble = this.#server.takeTrouble('bulk');
    if (trouble?.fault) throw trouble.fault;
    const count = session.bulk(columns, rows);
    this.#server.statements.push(`(bulk ${count} rows)`);
    this.#send(done({ rows: count }));
  }

  #checkTransaction(reader: TdsReader): void {
    const named = reader.allHeaders();
    if (named !== this.#transaction)
      throw new Error(`A request names the transaction ${named} instead of ${this.#transaction}.`);
  }

  #trouble({ fault }: Trouble): void {
    if (fault) this.#refuse(fault);
    else this.cut();
  }

  /** Sends an error. With XACT_ABORT, which the target sets, an error rolls back the transaction. */
  #refuse(fault: Fault, inProcedure = false): void {
    if (fault.number === 102) this.#server.misunderstood.push(fault.message);
    const ended = this.#transaction;
    const isTransaction = this.#session?.inTransaction === true;
    if (isTransaction) {
      this.#session?.rollback();
      this.#server.statements.push('(taken back by the server)');
      this.#transaction = 0n;
    }
    this.#send(
      Buffer.concat([
        errorToken(fault),
        ...(isTransaction ? [transactionToken('rolled back', ended)] : []),
        inProcedure ? doneProcedure(true) : done({ error: true }),
      ]),
    );
    if (fault.level > lastLevelThatLives) this.cut();
  }

  #send(data: Buffer): void {
    const packets = packetsOf(messageTypes.answer, data);
    if (this.#tls && !this.#tls.isShakingHands) this.#tls.write(packets);
    else this.#socket.write(packets);
  }
}

const tokensOf = ({ columns, rows }: StatementAnswer): Buffer =>
  columns ? rowTokens(columns, rows ?? []) : Buffer.alloc(0);

function rowsOf({ rows, touched }: StatementAnswer): { rows?: number } {
  const count = touched ?? rows?.length;
  return count === undefined ? {} : { rows: count };
}

/** Reads a parameter: nvarchar, bigint or float. */
function readParameter(reader: TdsReader): string | number | bigint | null {
  const type = reader.byte();
  if (type === 0xe7) {
    const longest = reader.short();
    reader.bytes(5);
    return reader.nvarchar(longest);
  }
  if (type !== 0x26 && type !== 0x6d) throw new Error(`The double does not support parameters of type ${type}.`);
  reader.byte();
  const length = reader.byte();
  if (length === 0) return null;
  const bytes = reader.bytes(length);
  return type === 0x26 ? bytes.readBigInt64LE() : bytes.readDoubleLE();
}
