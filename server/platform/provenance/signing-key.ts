import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../failure.ts';

/** Signs hashes with Ed25519 (RFC 8032) and checks signatures of every key it was told to trust. */
export interface Signer {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  readonly keyId: string;
  sign(sha256: string): string;
  verify(sha256: string, signature: string, keyId: string): boolean;
}

/** Keeps a signature made here from being taken for one over something else. */
const message = (sha256: string) => Buffer.from(`stroma provenance 1\n${sha256}`);

/**
 * The private key in `path`, made with rights 0600 when there is none. Keys (public or private, PEM) in the folder
 * `trusted` beside it are believed too: earlier keys after a change of key, those of other machines.
 */
export async function openSigner(path: string): Promise<Signer> {
  const own = await readPrivateKey(path);
  const keyId = idOf(own);
  const trusted = new Map([
    [keyId, createPublicKey(own)],
    ...(await readTrusted(join(dirname(path), 'trusted'))),
  ]);
  return {
    keyId,
    sign: (sha256) => sign(null, message(sha256), own).toString('base64'),
    verify: (sha256, signature, signedBy) => {
      const key = trusted.get(signedBy);
      return key !== undefined && verify(null, message(sha256), key, Buffer.from(signature, 'base64'));
    },
  };
}

function idOf(key: KeyObject): string {
  const spki = (key.type === 'public' ? key : createPublicKey(key)).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 16);
}

async function readPrivateKey(path: string): Promise<KeyObject> {
  const pem = (await readIfThere(path)) ?? (await makeKey(path));
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  return ed25519(path, () => createPrivateKey(pem));
}

/** Written aside and linked, so that of several processes that start together all read the key of the first. */
async function makeKey(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(pem);
    await file.sync();
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
  const folder = await open(dirname(path));
  await folder.sync().finally(() => folder.close());
  return await readFile(path, 'utf8');
}

async function readTrusted(folder: string): Promise<[string, KeyObject][]> {
  const names = (await readdir(folder).catch(missingIs([]))).filter((name) => name.endsWith('.pem'));
  return await Promise.all(
    names.map(async (name): Promise<[string, KeyObject]> => {
      const path = join(folder, name);
      const pem = await readFile(path, 'utf8');
      const key = ed25519(path, () => createPublicKey(pem));
      return [idOf(key), key];
    }),
  );
}

function ed25519(path: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    return fail('CONFIG_INVALID', `Expected an Ed25519 key in PEM form in ${path}.`, { file: path }, error);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    fail(
      'CONFIG_INVALID',
      `Expected an Ed25519 key in ${path}; it holds one of type ${key.asymmetricKeyType}.`,
      {
        file: path,
      },
    );
  return key;
}

const readIfThere = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(missingIs(null));

function missingIs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
