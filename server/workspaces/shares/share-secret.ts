import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, errors, SignJWT } from 'jose';

/** 256 random bits behind a readable beginning; only its SHA-256 is kept. */
export function makeLinkToken(): { token: string; prefix: string; hash: string } {
  const token = `shl_${randomBytes(32).toString('base64url')}`;
  return { token, prefix: token.slice(0, 8), hash: hashOfToken(token) };
}

export const isLinkToken = (text: string): boolean => /^shl_[\w-]{43}$/.test(text);

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export const makeShareKey = (): string => randomBytes(32).toString('base64');

export interface FrameClaims {
  /** Share, which ends it before its time when it is revoked. */
  jti: string;
  /** Dashboard. */
  sub: string;
  /** Origins whose pages may frame it. */
  origins: string[];
  /** SHA-256 of the state it opens with. */
  state: string;
  iat: number;
  exp: number;
}

/** A JWT (RFC 7519) signed with HS256 under the share's own key; `kid` is the share. */
export function signFrame(key: string, claims: FrameClaims): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: claims.jti })
    .sign(Buffer.from(key, 'base64'));
}

/** The share a token names, before anything of it is believed; null for what is no token of ours. */
export function shareOfFrame(token: string): string | null {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return alg === 'HS256' && kid !== undefined && /^shr_[0-9a-f-]{36}$/.test(kid) ? kid : null;
  } catch {
    return null;
  }
}

/** Null for a token this key did not sign. Whether its time is over is the share's to say. */
export async function readFrame(key: string, token: string): Promise<FrameClaims | null> {
  try {
    const { payload } = await compactVerify(token, Buffer.from(key, 'base64'), { algorithms: ['HS256'] });
    return JSON.parse(Buffer.from(payload).toString('utf8')) as FrameClaims;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

const mac = (key: string, text: string): Buffer =>
  createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest();

/** Says that whoever holds it gave the password (or none was asked), until its time is over. */
export function makePass(key: string, shareId: string, passwordHash: string | null, until: number): string {
  return `${until}.${mac(key, passText(shareId, passwordHash, until)).toString('base64url')}`;
}

export function isPass(
  key: string,
  shareId: string,
  passwordHash: string | null,
  pass: string,
  now = Date.now(),
): boolean {
  const until = Number(pass.slice(0, pass.indexOf('.')));
  if (!Number.isSafeInteger(until) || until <= now) return false;
  const given = Buffer.from(pass.slice(pass.indexOf('.') + 1), 'base64url');
  const expected = mac(key, passText(shareId, passwordHash, until));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const passText = (shareId: string, passwordHash: string | null, until: number): string =>
  `pass\n${shareId}\n${until}\n${passwordHash ?? ''}`;
