import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { webAddressAccount } from './account.ts';
import { claimsCsv } from '../quantemplate/claims-csv.ts';
import type { SandboxContext } from '../server/context.ts';
import { ranged } from '../server/ranges.ts';
import { Refusal, text, type Reply } from '../server/reply.ts';
import { parameter, type SandboxRequest } from '../server/request.ts';
import type { Vendor } from '../server/vendor.ts';

const account = webAddressAccount;
const csv = { 'content-type': 'text/csv' };

const claims = Buffer.concat([...claimsCsv(300)]);

/** Files by name. */
const files: Record<string, { content: Buffer; headers: Record<string, string> }> = {
  'claims.csv': { content: claims, headers: csv },
  'claims.csv.gz': { content: gzipSync(claims), headers: { 'content-type': 'application/gzip' } },
  'claims.zip': {
    content: Buffer.from(zipSync({ 'README.md': Buffer.from('Claims of the week.'), 'claims.csv': claims })),
    headers: { 'content-type': 'application/zip' },
  },
  'two.zip': {
    content: Buffer.from(
      zipSync({ 'claims.csv': claims, 'countries.csv': Buffer.from('code,name\nGB,United Kingdom\n') }),
    ),
    headers: { 'content-type': 'application/octet-stream' },
  },
  /** What a website answers with 200 to a browser that has not logged in. */
  login: {
    content: Buffer.from('<!doctype html><html><title>Log in</title></html>'),
    headers: { 'content-type': 'text/html' },
  },
  export: {
    content: claims,
    headers: { ...csv, 'content-disposition': 'attachment; filename="claims of the week.csv"' },
  },
};

function isLoggedIn({ headers }: SandboxRequest): boolean {
  const basic = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;
  return (
    [`Bearer ${account.token}`, basic].includes(headers.authorization ?? '') ||
    headers[account.headerName.toLowerCase()] === account.headerSecret
  );
}

/** A website with public files, protected files and redirects. */
export function webAddress(context: SandboxContext): Vendor {
  function open(request: SandboxRequest): Reply {
    const file = files[parameter(request, 'file')];
    return file ? ranged(request, file.content, file.headers) : text(404, 'not found');
  }
  const redirectTo = (address: string): Reply => ({ status: 302, headers: { location: address }, body: '' });
  // Another host name on the same machine counts as another website.
  const elsewhere = (): string => context.baseUrl().replace('127.0.0.1', 'localhost');
  return {
    name: 'web-address',
    prefix: '/web',
    routes: {
      'GET /public/{file}': open,
      'GET /files/{file}'(request) {
        if (!isLoggedIn(request))
          throw new Refusal(text(401, '<html>Log in</html>', { 'www-authenticate': 'Basic realm="files"' }));
        return open(request);
      },
      'GET /moved/{file}': (request) => redirectTo(`/web/files/${parameter(request, 'file')}`),
      'GET /elsewhere': () => redirectTo(`${elsewhere()}/web/seen?signature=secret`),
      'GET /there-and-back': () => redirectTo(`${elsewhere()}/web/back`),
      'GET /back': () => redirectTo(`${context.baseUrl()}/web/seen`),
      'GET /unencrypted': () => redirectTo('http://files.example.com/claims.csv'),
      'GET /round': () => redirectTo('/web/round'),
      'GET /seen': ({ headers }) => ({
        status: 200,
        headers: csv,
        body: `authorization,key\n${headers.authorization ?? 'none'},${String(headers[account.headerName.toLowerCase()] ?? 'none')}\n`,
      }),
    },
    unknown: () => text(404, 'not found'),
  };
}
