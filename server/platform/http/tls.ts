import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { SecureContextOptions, Server, TlsOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';

export type TlsConfig = Pick<Config, 'STROMA_TLS_CERT' | 'STROMA_TLS_KEY' | 'STROMA_TLS_CLIENT_CA'>;

const lookEveryMs = 5_000;

export interface Tls {
  options: TlsOptions;
  /** Puts certificates that were replaced on disk in use for new connections; a pair that is wrong is told and left. */
  reload(server: Pick<Server, 'setSecureContext'>): Promise<boolean>;
  /** Looks at the files from now on. */
  watch(server: Pick<Server, 'setSecureContext'>): () => void;
}

/**
 * TLS 1.3 by certificate and key in PEM; with a client authority, nobody is answered who has no certificate of it.
 * Null where nothing is set. Throws CONFIG_INVALID for half a pair and for files that do not belong together.
 */
export async function openTls(config: TlsConfig, log: Logger): Promise<Tls | null> {
  const { STROMA_TLS_CERT: cert, STROMA_TLS_KEY: key, STROMA_TLS_CLIENT_CA: ca } = config;
  if (cert === undefined && key === undefined) {
    if (ca !== undefined)
      fail('CONFIG_INVALID', 'Expected STROMA_TLS_CERT and STROMA_TLS_KEY beside STROMA_TLS_CLIENT_CA.');
    return null;
  }
  if (cert === undefined || key === undefined)
    return fail('CONFIG_INVALID', 'Expected STROMA_TLS_CERT and STROMA_TLS_KEY together, given one of them.');
  const paths = { cert, key, ...(ca === undefined ? {} : { ca }) };
  let state = await stateOf(paths);
  const context = await readContext(paths);

  const reload: Tls['reload'] = async (server) => {
    try {
      const now = await stateOf(paths);
      if (now === state) return false;
      server.setSecureContext({ ...(await readContext(paths)), minVersion: 'TLSv1.3' });
      state = now;
      log.info('the TLS certificate was replaced');
      return true;
    } catch (error) {
      log.error({ err: error }, 'the new TLS certificate cannot be used; the one before stays in use');
      return false;
    }
  };

  return {
    options: {
      ...context,
      minVersion: 'TLSv1.3',
      ...(ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
    },
    reload,
    watch(server) {
      const timer = setInterval(() => void reload(server), lookEveryMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

interface Paths {
  cert: string;
  key: string;
  ca?: string;
}

async function readContext({ cert, key, ca }: Paths): Promise<SecureContextOptions> {
  const [certText, keyText, caText] = await Promise.all([
    read(cert, 'STROMA_TLS_CERT'),
    read(key, 'STROMA_TLS_KEY'),
    ca === undefined ? undefined : read(ca, 'STROMA_TLS_CLIENT_CA'),
  ]);
  const context = { cert: certText, key: keyText, ...(caText === undefined ? {} : { ca: caText }) };
  try {
    if (caText !== undefined) new X509Certificate(caText);
    createSecureContext({ ...context, minVersion: 'TLSv1.3' });
  } catch (error) {
    fail(
      'CONFIG_INVALID',
      'Expected a certificate (with its chain) in STROMA_TLS_CERT and the private key that belongs to it in STROMA_TLS_KEY, both PEM.',
      {},
      error,
    );
  }
  return context;
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return fail('CONFIG_INVALID', `The file of ${setting}, ${path}, cannot be read.`, { setting }, error);
  }
}

/** Changes when any of the files does, also when a link to them is set anew. */
async function stateOf(paths: Paths): Promise<string> {
  const found = await Promise.all(Object.values(paths).map((path) => stat(path).catch(() => null)));
  return found.map((each) => (each === null ? 'none' : `${each.ino}-${each.mtimeMs}-${each.size}`)).join(' ');
}
