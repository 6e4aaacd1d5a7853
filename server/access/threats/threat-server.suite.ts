import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AuditEvent,
  defaultThreatPolicy,
  type Threat,
  type ThreatBlock,
  type ThreatPolicy,
} from '@stroma/contracts';
import { type AccessServer, openAccessServer } from '../permissions/access-server.suite.ts';
import { writeMmdb } from './mmdb-file.suite.ts';

export type Threats = { items: Threat[]; next_cursor: string | null; open: Record<string, number> };

export const berlin = { 'x-forwarded-for': '141.20.1.1' };
export const sydney = { 'x-forwarded-for': '139.130.4.5' };
export const rightPassword = 'a long enough password for all';

export const always = (response: ThreatPolicy['prompt_injection']['responses']['low']) => ({
  low: response,
  medium: response,
  high: response,
  critical: response,
});
export const as = (token: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  ...more,
});

/** The whole server, with a file of places, and what an administrator asks it about threats. */
export async function openThreatServer() {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-threats-'));
  const places = join(folder, 'cities.mmdb');
  writeMmdb(places, 'GeoLite2-City', {
    '141.20.0.0/16': { city: { names: { en: 'Berlin' } }, location: { latitude: 52.5, longitude: 13.4 } },
    '139.130.0.0/16': { city: { names: { en: 'Sydney' } }, location: { latitude: -33.9, longitude: 151.2 } },
  });
  const server: AccessServer = await openAccessServer({
    STROMA_GEO_FILE: places,
    STROMA_LOGIN_LIMIT_PER_MINUTE: '10000',
    STROMA_RATE_PUBLIC_PER_MINUTE: '100000',
  });
  const { admin } = server;
  const threats = async (query = '') => (await admin.call<Threats>('GET', `/security/threats?${query}`)).body;
  const blocks = async () =>
    (await admin.call<{ items: ThreatBlock[] }>('GET', '/security/blocks?limit=200')).body.items;
  const signIn = (email: string, password: string, headers: Record<string, string>) =>
    admin.call<{ token: string }>(
      'POST',
      '/auth/login',
      { email, password },
      { authorization: '', ...headers },
    );
  const setPolicy = async (change: (policy: ThreatPolicy) => void): Promise<void> => {
    const policy = structuredClone(defaultThreatPolicy);
    change(policy);
    const { status, text } = await admin.call('PUT', '/security/threat-policy', policy);
    if (status !== 200) throw new Error(text);
  };
  return {
    server,
    admin,
    folder,
    threats,
    blocks,
    signIn,
    setPolicy,
    about: async (person: { id: string }) => (await threats(`actor_id=${person.id}`)).items,
    recorded: async (action: string, object = '') =>
      (
        await admin.call<{ items: AuditEvent[] }>(
          'GET',
          `/audit/events?action=${action}${object === '' ? '' : `&object_id=${object}`}`,
        )
      ).body.items,
    mails: async () => (await server.app.platform.mail.outbox(server.tenantId, 200, null)).length,
    tryAccounts: (count: number, address: string, domain = 'nowhere.example') =>
      Promise.all(
        Array.from({ length: count }, (_, n) =>
          signIn(`user${n}@${domain}`, 'a wrong password', { 'x-forwarded-for': address }),
        ),
      ),
    /** The default policy again, and nobody shut out. */
    async reset() {
      await setPolicy(() => undefined);
      for (const { block_id } of await blocks()) await admin.call('DELETE', `/security/blocks/${block_id}`);
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type ThreatServer = Awaited<ReturnType<typeof openThreatServer>>;
