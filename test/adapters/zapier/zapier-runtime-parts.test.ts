import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { startBackendServer } from '../../support/zapier-runtime/backend-server.ts';
import { Deduper } from '../../support/zapier-runtime/deduper.ts';
import {
  findHydrationPointers,
  readHydrationPointer,
  replaceHydrationPointers,
} from '../../support/zapier-runtime/hydration.ts';
import { PlatformStore } from '../../support/zapier-runtime/platform-store.ts';
import { toRequestBundle } from '../../support/zapier-runtime/raw-request.ts';
import { unzip } from '../../support/zapier-runtime/unzip.ts';
import { ZapierAppError } from '../../support/zapier-runtime/zapier-app-error.ts';

interface ZipEntry {
  name: string;
  content: string;
  mode?: number;
  stored?: boolean;
}

/** Writes a zip by hand, including content that no regular tool would write. */
function zipOf(entries: ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, stored = false } of entries) {
    const data = stored ? Buffer.from(content) : deflateRawSync(Buffer.from(content));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(stored ? 0 : 8, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(mode, 40);
    central.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), data);
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

describe('unpacking a zip', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unzip-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const unpack = async (...entries: ZipEntry[]) => {
    await writeFile(join(folder, 'a.zip'), zipOf(entries));
    return unzip(join(folder, 'a.zip'), join(folder, 'out'));
  };

  it('extracts compressed and stored files, executables, folders and links', async () => {
    const written = await unpack(
      { name: 'deep/er/file.txt', content: 'compressed '.repeat(100) },
      { name: 'stored.txt', content: 'stored', stored: true },
      { name: 'empty/', content: '', stored: true },
      { name: 'tool', content: '#!/bin/sh', mode: 0o100755 },
      { name: 'link', content: 'deep/er/file.txt', mode: 0o120644 },
    );
    expect(written).toBe(4);
    expect(await readFile(join(folder, 'out/link'), 'utf8')).toBe('compressed '.repeat(100));
    expect(await readlink(join(folder, 'out/link'))).toBe('deep/er/file.txt');
    expect(await readFile(join(folder, 'out/stored.txt'), 'utf8')).toBe('stored');
    expect((await stat(join(folder, 'out/empty'))).isDirectory()).toBe(true);
    expect((await stat(join(folder, 'out/tool'))).mode & 0o111).not.toBe(0);
    expect((await stat(join(folder, 'out/stored.txt'))).mode & 0o111).toBe(0);
  });

  it('rejects files and links that point outside the folder', async () => {
    await expect(unpack({ name: '../outside.txt', content: 'x' })).rejects.toThrow('outside of the zip');
    await expect(unpack({ name: '/etc/outside', content: 'x' })).rejects.toThrow('outside of the zip');
    await expect(unpack({ name: 'link', content: '../../etc', mode: 0o120644 })).rejects.toThrow('outside of the zip');
  });

  it('rejects a damaged zip', async () => {
    const zip = zipOf([{ name: 'a', content: 'a' }]);
    zip.writeUInt32LE(3, zip.length - 6);
    await writeFile(join(folder, 'b.zip'), zip);
    await expect(unzip(join(folder, 'b.zip'), folder)).rejects.toThrow('damaged');
  });
});

describe('a request as the app sees it', () => {
  const seen = (body: string, headers: Record<string, string> = {}, querystring = '') =>
    toRequestBundle({ method: 'POST', headers, querystring, body: Buffer.from(body) });

  it('has all headers renamed except Content-Type and Content-Length', () => {
    const length = { 'content-type': 'application/json', 'Content-Length': '2' };
    const headers = { 'X-Time-GMT': '1', authorization: 'abc', ...length };
    expect(seen('{}', headers).rawRequest.headers).toEqual({
      'Http-X-Time-Gmt': '1',
      'Http-Authorization': 'abc',
      'Content-Type': 'application/json',
      'Content-Length': '2',
    });
  });

  it('has the raw body, the parsed body and the query', () => {
    const body = '{ "a" : 1, "ü": "…" }\r\n';
    const { rawRequest, cleanedRequest } = seen(body, {}, 'b=2&c=%20');
    expect(rawRequest).toMatchObject({ content: body, querystring: 'b=2&c=%20', method: 'POST' });
    expect(cleanedRequest).toEqual({ a: 1, ü: '…', querystring: { b: '2', c: ' ' } });
  });

  it('parses forms and JSON and leaves any other body unchanged', () => {
    const form = seen('a=1&b=x+y', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' });
    expect(form.cleanedRequest).toEqual({ a: '1', b: 'x y', querystring: {} });
    expect(seen('<a/>').cleanedRequest).toEqual({ querystring: {} });
    expect(seen('7').cleanedRequest).toEqual({ querystring: {} });
  });

  it('has lost the bytes that are not UTF-8', () => {
    const body = Buffer.from([0x61, 0xff, 0x62]);
    const { rawRequest } = toRequestBundle({ method: 'POST', headers: {}, querystring: '', body });
    expect(Buffer.from(rawRequest.content)).not.toEqual(body);
  });
});

describe('the table of seen items', () => {
  it('uses the primary output fields if any are declared', () => {
    const deduper = new Deduper();
    const take = (...items: Record<string, unknown>[]) => deduper.takeNew(items, ['run', 'attempt']);
    expect(deduper.isEmpty).toBe(true);
    expect(take({ run: 1, attempt: 1 })).toEqual([]);
    expect(deduper.isEmpty).toBe(false);
    expect(take({ run: 1, attempt: 2 }, { run: '1', attempt: '1' })).toEqual([{ run: 1, attempt: 2 }]);
    expect(() => take({ run: 1 })).toThrow('no "attempt"');
  });

  it('accepts zero as an ID, and emits a duplicate within a response once', () => {
    const deduper = new Deduper();
    deduper.takeNew([], []);
    expect(deduper.takeNew([{ id: 0 }, { id: 0 }], [])).toEqual([{ id: 0 }]);
  });
});

describe("Zapier's storage for an app", () => {
  const owner = { user: 'u', auth: 'a', zap: 'z' };
  let nowMs = 0;
  let store: PlatformStore;
  beforeEach(() => {
    nowMs = 0;
    store = new PlatformStore(() => nowMs);
  });

  it('expires after its time to live', () => {
    store.set(owner, 'key', '1', 10, null, false);
    nowMs = 9_999;
    expect(store.get(owner, 'key', null)).toBe('1');
    nowMs = 10_000;
    expect(store.get(owner, 'key', null)).toBeNull();
  });

  it('is written only if absent, and again after a deletion', () => {
    expect(store.set(owner, 'key', '1', null, null, true)).toBe(true);
    expect(store.set(owner, 'key', '2', null, null, true)).toBe(false);
    expect(store.get(owner, 'key', null)).toBe('1');
    expect(store.delete(owner, 'key', null)).toBe(true);
    expect(store.delete(owner, 'key', null)).toBe(false);
    expect(store.set(owner, 'key', '2', null, null, true)).toBe(true);
  });

  it('is separated by account and by user only when the app requests it', () => {
    const other = { user: 'u', auth: 'b', zap: 'z' };
    store.set(owner, 'key', 'mine', null, ['auth'], false);
    store.set(owner, 'key', 'ours', null, null, false);
    expect(store.get(other, 'key', ['auth'])).toBeNull();
    expect(store.get(other, 'key', null)).toBe('ours');
    expect(store.get(owner, 'key', ['auth'])).toBe('mine');
  });

  it('keeps a cursor of one Zap for an hour', () => {
    store.setCursor(owner, 'page 2');
    expect(store.getCursor({ ...owner, zap: 'y' })).toBeNull();
    expect(store.getCursor(owner)).toBe('page 2');
    nowMs = 3_600_000;
    expect(store.getCursor(owner)).toBeNull();
  });
});

describe('hydration pointers', () => {
  const sign = (secret: string) => {
    const pointer = { type: 'file', method: 'hydrators.get', bundle: { id: 7 } };
    const payload = Buffer.from(JSON.stringify(pointer)).toString('base64');
    return `hydrate|||${payload}:${createHmac('sha1', secret).update(payload).digest('base64')}|||hydrate`;
  };

  it('are read only with the secret that signed them', () => {
    expect(readHydrationPointer(sign('one'), 'one')).toEqual({
      type: 'file',
      method: 'hydrators.get',
      inputData: { id: 7 },
    });
    expect(() => readHydrationPointer(sign('one'), 'two')).toThrow('not signed by the app');
    expect(() => readHydrationPointer(`${sign('one')} `, 'one')).toThrow('not a signed');
  });

  it('are found and replaced at any depth', async () => {
    const pointer = sign('one');
    const value = { a: [{ b: pointer }], c: `see ${pointer}`, d: null, e: 1 };
    expect(findHydrationPointers(value)).toEqual([pointer, pointer]);
    expect(await replaceHydrationPointers(value, async () => 'file')).toEqual({
      a: [{ b: 'file' }],
      c: `see ${pointer}`,
      d: null,
      e: 1,
    });
  });
});

describe("Zapier's servers", () => {
  const withServer = async (use: (server: Awaited<ReturnType<typeof startBackendServer>>) => Promise<void>) => {
    const server = await startBackendServer(new PlatformStore(Date.now));
    await use(server).finally(() => server.close());
  };
  const post = async (url: string, body: unknown, headers = {}) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });

  it('answer remote calls only with the token and for a known caller', () =>
    withServer(async (server) => {
      const storeKey = server.storeKeyFor({ user: 'u', auth: 'a', zap: 'z' });
      const call = (method: string, token = server.token, key = storeKey) =>
        post(server.rpcUrl, { id: 'x', storeKey: key, method, params: [] }, { 'x-token': token });
      expect((await call('get_cursor', 'wrong')).status).toBe(403);
      expect(await (await call('get_cursor')).json()).toEqual({ id: 'x', result: null });
      const unknownCaller = await (await call('get_cursor', server.token, 'nobody')).json();
      expect(unknownCaller).toMatchObject({ error: 'The store key is unknown.' });
      expect(await (await call('unheard_of')).json()).toMatchObject({ error: 'Unknown procedure unheard_of.' });
    }));

  it.each([
    ['claims 2026.csv', 'a,b\r\n1,2\r\n'],
    ['Prämien – Übersicht.csv', '--not-a-boundary--\r\n\r\n'],
    ['empty.csv', ''],
  ])('store %s byte by byte', (name, content) =>
    withServer(async (server) => {
      const storeKey = server.storeKeyFor({ user: 'u', auth: 'a', zap: 'z' });
      const asked = await post(
        server.rpcUrl,
        { id: 'x', storeKey, method: 'get_presigned_upload_post_data', params: [] },
        { 'x-token': server.token },
      );
      const { url, fields } = ((await asked.json()) as { result: { url: string; fields: { key: string } } }).result;
      const form = new FormData();
      form.append('key', fields.key);
      form.append('Content-Disposition', `attachment; filename="x.csv"; filename*=UTF-8''${encodeURIComponent(name)}`);
      form.append('Content-Type', 'text/csv');
      form.append('file', new Blob([content], { type: 'text/csv' }), 'x.csv');
      expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);

      const stored = server.files.get(new URL(fields.key, url).href);
      expect(stored).toMatchObject({ name, mediaType: 'text/csv', size: Buffer.byteLength(content) });
      expect((await stored?.bytes())?.toString()).toBe(content);
      expect(await (await fetch(stored?.url ?? '')).text()).toBe(content);
    }),
  );

  it('reject a webhook larger than ten megabytes and any other URL', () =>
    withServer(async (server) => {
      const received: number[] = [];
      const { url } = server.openAddress('hooks', ({ body }) => received.push(body.length));
      expect((await fetch(url, { method: 'POST', body: 'x'.repeat(11_000_000) })).status).toBe(413);
      expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(200);
      expect(received).toEqual([1]);
      expect((await fetch(`${server.url}/hooks/other`, { method: 'POST' })).status).toBe(404);
      expect((await fetch(`${server.url}/other`)).status).toBe(404);
    }));
});

describe('an error of the app', () => {
  it('shows the user what happened, without the details that the core appends', () => {
    const message = 'No.\nWhat happened:\n  Executing x with bundle\n  {"rawRequest":{}}\n  No.\n\nConsole logs:\n';
    expect(new ZapierAppError('HaltedError', message, 'x').userMessage).toBe('No.');
    expect(new ZapierAppError('Error', 'Just this.\n\nConsole logs:\n  noise', 'x').userMessage).toBe('Just this.');
    expect(new ZapierAppError('AppError', '{"message":"Broken.","code":"c"}', 'x').userMessage).toBe('Broken.');
    expect(new ZapierAppError('Error', 'null', 'x').userMessage).toBe('null');
  });

  it('contains the delay after which a throttled step may run again', () => {
    expect(new ZapierAppError('ThrottledError', '{"message":"Slow.","delay":30}', 'x').retryAfterSeconds).toBe(30);
    expect(new ZapierAppError('ThrottledError', '{"message":"Slow."}', 'x').retryAfterSeconds).toBeUndefined();
  });
});
