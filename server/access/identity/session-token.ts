import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config/config.ts';

const cookieName = 'stroma_session';

/** The session token of a request: `Authorization: Bearer` first, then the cookie. */
export function presentedToken(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const scheme = header.slice(0, 7);
    if (scheme !== 'Bearer ' && scheme.toLowerCase() !== 'bearer ') return null;
    return header.length > 7 ? header.slice(7) : null;
  }
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === cookieName) {
      const value = pair.slice(at + 1).trim();
      return value === '' ? null : value;
    }
  }
  return null;
}

function cookie(request: FastifyRequest, config: Config, value: string, maxAgeSeconds: number): string {
  const secure = request.protocol === 'https' || (config.STROMA_PUBLIC_URL?.startsWith('https:') ?? false);
  return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure ? '; Secure' : ''}`;
}

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  config: Config,
  token: string,
): void {
  const maxAge = Math.round(config.STROMA_SESSION_HOURS * 3600);
  void reply.header('set-cookie', cookie(request, config, token, maxAge));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, config: Config): void {
  void reply.header('set-cookie', cookie(request, config, '', 0));
}
