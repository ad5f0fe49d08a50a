import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A Quantemplate double in a separate process: it accepts every login and serves the file given as the first argument for every dataset.
const [file = ''] = process.argv.slice(2);
const { size } = statSync(file);

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'token', token_type: 'bearer', expires_in: 3600 }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8', 'content-length': size });
  createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
});

server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
