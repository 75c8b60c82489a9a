/** A proxy with a certificate of its own in front of a gateway: passes on what it gets, name included, and says for whom. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary.ts';

export interface TlsProxy {
  port: number;
  /** Where it leads; set once that listens. */
  target: string;
  /** What it puts into every request, in place of what the client sent. */
  headers: Record<string, string>;
  close(): Promise<void>;
}

export async function startTlsProxy(name: string): Promise<TlsProxy> {
  const { path, remove } = await temporaryDirectory();
  const [key, cert] = [join(path, 'key.pem'), join(path, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...made, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const proxy: TlsProxy = { port: 0, target: '', headers: {}, close };
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
    const { hostname, port } = new URL(proxy.target);
    const headers = { ...incoming.headers, 'x-forwarded-for': incoming.socket.remoteAddress ?? '', ...proxy.headers };
    const passed = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await remove();
  }
}
