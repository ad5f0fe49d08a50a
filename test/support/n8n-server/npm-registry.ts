import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makeCertificate } from '../machine/certificate.ts';
import { runCommand } from '../machine/command.ts';

const registry = 'registry.npmjs.org';

/** A double of the npm registry on this machine. */
export interface NpmRegistry {
  /** Environment variables with which n8n, and the npm that it starts, reach this double instead of the registry. */
  env: NodeJS.ProcessEnv;
  /** The checksum of a package as the registry states it: `sha512-…`. */
  integrity(name: string): string;
  stop(): Promise<void>;
}

interface Published {
  manifest: { name: string; version: string };
  tarball: Buffer;
  integrity: string;
  /** Metadata of the version, as the registry serves it. */
  metadata: object;
}

async function publish(file: string): Promise<Published> {
  const manifest = JSON.parse(
    await runCommand('tar', ['-xzOf', file, 'package/package.json']),
  ) as Published['manifest'];
  const tarball = readFileSync(file);
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const address = `https://${registry}/${manifest.name}/-/${basename(file)}`;
  const dist = { tarball: address, integrity, shasum: createHash('sha1').update(tarball).digest('hex') };
  return { manifest, tarball, integrity, metadata: { ...manifest, dist } };
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/**
 * Starts a registry that offers packages. n8n accepts another registry only with a license, so this one is reached under the
 * registry's own name: a proxy leads there and refuses every other host.
 * @param tarballs paths of .tgz files
 */
export async function startNpmRegistry(tarballs: readonly string[]): Promise<NpmRegistry> {
  const packages = new Map<string, Published>();
  for (const file of tarballs) {
    const published = await publish(file);
    packages.set(published.manifest.name, published);
  }
  const answer = ({ url = '/' }: IncomingMessage, response: ServerResponse): void => {
    const [, name = '', ...rest] = decodeURIComponent(url.split('?')[0] ?? '').split('/');
    const found = packages.get(name);
    if (found && rest[0] === '-') return void response.end(found.tarball);
    const { version } = found?.manifest ?? {};
    const isKnown = found && [undefined, 'latest', version].includes(rest[0]);
    const packument = { name, 'dist-tags': { latest: version }, versions: { [version ?? '']: found?.metadata } };
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? (rest.length > 0 ? found.metadata : packument) : { error: 'Not found' }));
  };
  const { key, certificate } = makeCertificate({ names: [registry] });
  const secure = createSecureServer({ key, cert: certificate }, answer);
  const securePort = await listen(secure);
  const open = new Set<Socket>();
  const proxy = createServer((_request, response) => response.writeHead(502).end());
  proxy.on('connect', ({ url }: IncomingMessage, socket: Socket) => {
    if (url !== `${registry}:443`) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const onward = connect(securePort, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
    for (const one of [socket, onward]) {
      open.add(one);
      one.on('error', () => undefined).on('close', () => open.delete(one));
    }
    socket.pipe(onward).pipe(socket);
  });
  const address = `http://127.0.0.1:${await listen(proxy)}`;
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-registry-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    env: {
      HTTPS_PROXY: address,
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: file('registry.pem', certificate),
      // The user's own npm settings could lead elsewhere.
      npm_config_userconfig: file('npmrc', ''),
      npm_config_https_proxy: address,
      npm_config_cache: join(folder, 'cache'),
      npm_config_update_notifier: 'false',
    },
    integrity(name) {
      const found = packages.get(name);
      if (!found) throw new Error(`The registry has no package ${name}.`);
      return found.integrity;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await Promise.all([secure, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
