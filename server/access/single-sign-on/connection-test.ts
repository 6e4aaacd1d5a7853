import { X509Certificate } from 'node:crypto';
import type { ConnectionTest } from '@stroma/contracts';
import { redirectUriOf, samlPlaceOf } from './connection-document.ts';
import type { Connections } from './connections.service.ts';
import type { ConnectionWithDomains } from './connections.store.ts';
import type { OidcPeer } from './oidc-peer.ts';
import { SignOnRefused } from './proven-identity.ts';
import { SamlPeer } from './saml-peer.ts';
import type { SamlSettings } from './single-sign-on.tables.ts';

type Step = ConnectionTest['steps'][number];

const soonDays = 30;
const dayMs = 86_400_000;

/** Looks at a connection as far as it can be seen without a person, and says what to do where something is wrong. */
export async function testConnection(
  connections: Connections,
  { row, domains }: ConnectionWithDomains,
  origin: string,
): Promise<ConnectionTest> {
  const steps =
    row.saml === null
      ? await testOidc(
          await connections.newOidcPeer(row),
          redirectUriOf(origin, row.id),
          row.clientSecret !== null,
        )
      : await testSaml(row.saml, new SamlPeer(row.saml, samlPlaceOf(origin, row.id)));
  steps.push(testRoles(row.defaultRole, row.roleMapping.length, domains));
  if (!row.enabled)
    steps.push(
      warning(
        'enabled',
        'The connection is switched off: nobody is shown it. Switch it on when it is ready.',
      ),
    );
  return { ok: steps.every(({ status }) => status !== 'failed'), steps };
}

async function testOidc(peer: OidcPeer, redirectUri: string, hasSecret: boolean): Promise<Step[]> {
  const steps: Step[] = [];
  try {
    const metadata = (await peer.configuration()).serverMetadata();
    steps.push(ok('discovery', `The provider answers as ${metadata.issuer}.`));
    const methods = metadata.code_challenge_methods_supported;
    steps.push(
      methods === undefined || methods.includes('S256')
        ? ok('pkce', 'The code is protected by PKCE (S256).')
        : warning(
            'pkce',
            'The provider does not name S256 among its code challenge methods. Switch PKCE on there.',
          ),
    );
    const keys = await peer.countKeys();
    steps.push(
      keys > 0
        ? ok(
            'keys',
            `The provider publishes ${keys} ${keys === 1 ? 'key' : 'keys'} that tokens are checked against.`,
          )
        : failed('keys', 'The provider publishes no key to check its tokens against (jwks_uri).'),
    );
    steps.push(clientStep(await peer.probe(redirectUri), redirectUri, hasSecret));
  } catch (error) {
    if (!(error instanceof SignOnRefused)) throw error;
    const hint =
      error.failure === 'unreachable'
        ? 'Check the issuer’s address, that Stroma may reach it (STROMA_OUTGOING_PRIVATE for hosts inside your network), and its certificate.'
        : 'Check that the issuer is written exactly as the provider writes it in its discovery document.';
    steps.push(failed('discovery', `${error.message} ${hint}`));
  }
  return steps;
}

/** What a provider answers to a code that it never gave tells whether it knows the client. RFC 6749, section 5.2. */
function clientStep(answer: string, redirectUri: string, hasSecret: boolean): Step {
  if (answer === 'invalid_grant')
    return ok(
      'client',
      `The provider knows the client. It must also list ${redirectUri} as redirect address.`,
    );
  if (answer === 'invalid_client')
    return failed(
      'client',
      hasSecret
        ? 'The provider refuses the client id or its secret. Copy both from the provider again.'
        : 'The provider refuses the client id, or expects a secret. Copy both from the provider.',
    );
  if (answer === 'unauthorized_client' || answer === 'unsupported_grant_type')
    return failed(
      'client',
      `The provider does not let this client use the authorization code (${answer}). Allow it there.`,
    );
  return warning(
    'client',
    `The provider answered ${answer} to a trial, which leaves open whether it knows the client.`,
  );
}

async function testSaml(settings: SamlSettings, peer: SamlPeer): Promise<Step[]> {
  const { address } = await peer.begin('trial');
  return [
    ok('request', `Requests go to ${address.origin}${address.pathname}.`),
    ...settings.certificates.map((pem, at) => certificateStep(pem, at + 1)),
  ];
}

function certificateStep(pem: string, number: number): Step {
  const certificate = new X509Certificate(pem);
  const until = new Date(certificate.validTo);
  const days = Math.floor((until.getTime() - Date.now()) / dayMs);
  const named = `Certificate ${number} (${certificate.subject.replaceAll('\n', ', ')})`;
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048)
    return failed('certificate', `${named} has a key of ${bits} bits. Use one of at least 2048.`);
  if (days < 0)
    return warning(
      'certificate',
      `${named} ended on ${until.toISOString().slice(0, 10)}. Ask the provider for the present one.`,
    );
  if (days < soonDays)
    return warning('certificate', `${named} ends in ${days} days. Add the next one beside it before that.`);
  return ok('certificate', `${named} is valid until ${until.toISOString().slice(0, 10)}.`);
}

function testRoles(defaultRole: string | null, mapped: number, domains: readonly string[]): Step {
  if (defaultRole === null && mapped === 0)
    return failed(
      'roles',
      'No group is mapped and there is no default role: nobody new can come in. Set one of them.',
    );
  const groups = mapped === 1 ? '1 group is' : `${mapped} groups are`;
  return ok('roles', `People of ${domains.join(', ')} may come in; ${groups} mapped to roles.`);
}

const ok = (check: string, message: string): Step => ({ check, status: 'ok', message });
const warning = (check: string, message: string): Step => ({ check, status: 'warning', message });
const failed = (check: string, message: string): Step => ({ check, status: 'failed', message });
