import type { Connection, ConnectionTest, Session } from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestAccess, type TestAccess } from '../federation.suite.ts';
import { readForm, Wanderer } from './loopback.suite.ts';
import { makeSigner, type SamlProvider, type Signer, startSamlProvider } from './saml-provider.suite.ts';

let test: TestAccess;
let signer: Signer;
let foreign: Signer;
beforeAll(async () => {
  test = await startTestAccess();
  [signer, foreign] = [await makeSigner('Provider'), await makeSigner('Somebody else')];
}, 60_000);
afterAll(() => test.stop());

const domain = 'clinic.example';
let provider: SamlProvider;
let connection: Connection;
beforeEach(async () => {
  provider = await startSamlProvider(signer);
  connection = await connect();
  provider.person = { nameId: 'person-1', email: `ada@${domain}`, name: 'Ada Lovelace', groups: ['lab'] };
});
afterEach(async () => {
  await admin('DELETE', `/admin/single-sign-on/connections/${connection.connection_id}`);
  await provider.close();
});

const admin = <T>(method: string, path: string, body?: unknown) =>
  test.call<T>(method, path, { token: test.admin.token, ...(body === undefined ? {} : { body }) });

async function connect(saml: object = {}): Promise<Connection> {
  const { body, status } = await admin<Connection>('POST', '/admin/single-sign-on/connections', {
    kind: 'saml',
    name: 'Clinic',
    domains: [domain],
    trusts_second_factor: true,
    role_mapping: [{ group: 'lab', role: 'scientist' }],
    saml: {
      entity_id: provider.entityId,
      sign_in_url: provider.signInUrl,
      certificates: [provider.certificate],
      email_attribute: provider.emailAttribute,
      name_attribute: 'displayName',
      ...saml,
    },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  provider.options = { recipient: body.redirect_uri, destination: body.redirect_uri };
  return body;
}

const startOf = () => `${test.url}/api/v1/auth/single-sign-on/${connection.connection_id}/start?to=/data`;

async function signOn(browser = new Wanderer()) {
  const { address } = await browser.visit(startOf());
  const { pathname, search } = new URL(address);
  const answer = await browser.request(`${test.url}/api/v1/auth/session`);
  return {
    at: pathname + search,
    session: answer.status === 200 ? ((await answer.json()) as Session) : null,
    browser,
  };
}

/** What the provider has the browser post, before it is posted. */
async function formOf(browser = new Wanderer()) {
  const toProvider = (await browser.request(startOf())).headers.get('location') ?? '';
  const form = readForm(await (await browser.request(toProvider)).text());
  const post = (fields: Record<string, string> = form?.fields ?? {}) =>
    browser.request(form?.action ?? '', { method: 'POST', body: new URLSearchParams(fields) });
  return { browser, form, post };
}

async function lastReason(): Promise<string> {
  const { rows } = await test.app.platform.db.execute(
    "select details from audit_events where action = 'single-sign-on.refused' order by id desc limit 1",
  );
  return String(JSON.parse(String(rows[0]?.details)).reason);
}

describe('signing in by a SAML provider', () => {
  it('makes the account, gives the role of the group, and knows the person again', async () => {
    const first = await signOn();
    expect(first.at).toBe('/data');
    expect(first.session?.user).toMatchObject({
      email: `ada@${domain}`,
      name: 'Ada Lovelace',
      role: 'scientist',
    });
    provider.person = { ...provider.person, groups: ['everyone'] };
    const second = await signOn();
    expect(second.session?.user).toMatchObject({ user_id: first.session?.user.user_id, role: 'viewer' });
  });

  it('links an account that is here by an address of the domain, and no other', async () => {
    const grace = await test.person('lab_manager', test.tenantId, `grace@${domain}`);
    provider.person = { nameId: 'person-2', email: `grace@${domain}` };
    expect((await signOn()).session?.user).toMatchObject({ user_id: grace.id, role: 'lab_manager' });
    provider.person = { nameId: 'person-3', email: test.admin.email };
    expect(await signOn()).toMatchObject({ at: '/sign-in?sso=wrong_domain', session: null });
  });

  it('takes the word of the provider for a second factor where it is trusted', async () => {
    provider.options = { ...provider.options, authnContextClassRef: 'https://refeds.org/profile/mfa' };
    expect((await signOn()).session?.second_factor).toBe(true);
  });

  it('tells the provider where it stands', async () => {
    const path = `/auth/single-sign-on/${connection.connection_id}/metadata`;
    const { body, headers } = await test.call<string>('GET', path);
    expect(headers.get('content-type')).toContain('samlmetadata+xml');
    expect(body).toContain(`entityID="${connection.sp_entity_id}"`);
    expect(body).toContain(`Location="${connection.redirect_uri}"`);
    expect(body).toContain('WantAssertionsSigned="true"');
  });
});

describe('an assertion is refused', () => {
  const refused = async () => {
    const { at, session } = await signOn();
    expect({ at, session }).toEqual({ at: '/sign-in?sso=invalid', session: null });
    return lastReason();
  };

  it('that is meant for another audience', async () => {
    provider.options = { ...provider.options, audience: 'https://other.example' };
    expect(await refused()).toMatch(/audience/i);
  });

  it('that is meant for another recipient', async () => {
    provider.options = { ...provider.options, recipient: 'https://other.example/assertion' };
    expect(await refused()).toMatch(/Recipient/);
  });

  it('that answers another request, or none', async () => {
    provider.options = { ...provider.options, inResponseTo: '_another' };
    expect(await refused()).toMatch(/InResponseTo/);
  });

  it('of another issuer', async () => {
    provider.options = { ...provider.options, issuer: 'https://other.example' };
    expect(await refused()).toMatch(/issuer/i);
  });

  it('that another key has signed, even when it names itself in the answer', async () => {
    provider.options = { ...provider.options, ...foreign };
    expect(await refused()).toMatch(/signature/i);
  });

  it('that is not signed, also where the answer around it is', async () => {
    provider.options = { ...provider.options, signAssertion: false };
    expect(await refused()).toMatch(/signature/i);
    provider.options = { ...provider.options, signAssertion: false, signResponse: true };
    expect(await refused()).toMatch(/signature/i);
  });

  it('that is signed with SHA-1', async () => {
    provider.options = { ...provider.options, signatureAlgorithm: 'rsa-sha1', digestAlgorithm: 'sha1' };
    expect(await refused()).toMatch(/sha1/);
  });

  it('that has expired', async () => {
    provider.options = { ...provider.options, lifetimeInSeconds: -120 };
    expect(await refused()).toMatch(/expired/i);
  });

  it('whose content was changed after it was signed', async () => {
    provider.tamper = (xml) => xml.replaceAll(`ada@${domain}`, `eve@${domain}`);
    expect(await refused()).toMatch(/signature/i);
  });

  it('that brings a document type or entities', async () => {
    provider.tamper = (xml) => `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml}`;
    expect(await refused()).toMatch(/document type/);
  });
});

describe('signature wrapping', () => {
  const parts = (xml: string) => {
    const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? '';
    const signature = /<Signature[\s\S]*?<\/Signature>/.exec(assertion)?.[0] ?? '';
    const evil = assertion
      .replace(signature, '')
      .replaceAll(`ada@${domain}`, `eve@${domain}`)
      .replaceAll('person-1', 'person-evil')
      .replace(/ ID="[^"]*"/, ' ID="_evil"');
    return { assertion, signature, evil };
  };
  const attacks: Record<string, (xml: string) => string> = {
    'a forged assertion before the signed one': (xml) => {
      const { assertion, evil } = parts(xml);
      return xml.replace(assertion, evil + assertion);
    },
    'a forged assertion after the signed one': (xml) => {
      const { assertion, evil } = parts(xml);
      return xml.replace(assertion, assertion + evil);
    },
    'the signed assertion inside the forged one': (xml) => {
      const { assertion, evil } = parts(xml);
      return xml.replace(assertion, evil.replace('</saml:Assertion>', `${assertion}</saml:Assertion>`));
    },
    'the signed assertion inside the signature of the forged one': (xml) => {
      const { assertion, signature, evil } = parts(xml);
      const bare = assertion.replace(signature, '');
      const holding = signature.replace('</Signature>', `<Object>${bare}</Object></Signature>`);
      return xml.replace(assertion, evil.replace('</saml:Issuer>', `</saml:Issuer>${holding}`));
    },
    'the signed assertion in an extension of the answer': (xml) => {
      const { assertion, evil } = parts(xml);
      return xml.replace(assertion, `<samlp:Extensions>${assertion}</samlp:Extensions>${evil}`);
    },
    'the same ID twice': (xml) => {
      const { assertion, evil } = parts(xml);
      const id = /ID="([^"]*)"/.exec(assertion)?.[1] ?? '';
      return xml.replace(assertion, evil.replace('_evil', id) + assertion);
    },
    'a signature that refers to nothing, around forged content': (xml) => {
      const { assertion, signature, evil } = parts(xml);
      return xml.replace(assertion, evil.replace('</saml:Issuer>', `</saml:Issuer>${signature}`));
    },
  };

  it.each(Object.entries(attacks))('with %s lets nobody in', async (_, attack) => {
    let changed = '';
    provider.tamper = (xml) => {
      changed = attack(xml);
      expect(changed).not.toBe(xml);
      return changed;
    };
    const { session } = await signOn();
    expect(changed).toContain('person-evil');
    expect(session).toBeNull();
    const { rows } = await test.app.platform.db.execute('select * from users where email = $1', [
      `eve@${domain}`,
    ]);
    expect(rows).toEqual([]);
  });

  it('by a comment in the name does not cut it short', async () => {
    provider.person = { nameId: 'person-9', email: `ada@${domain}.evil.example` };
    provider.tamper = (xml) => xml.replace(`ada@${domain}.evil.example`, `ada@${domain}<!---->.evil.example`);
    const { session, at } = await signOn();
    expect(session).toBeNull();
    expect(at).toMatch(/wrong_domain|invalid/);
  });
});

describe('replay', () => {
  it('of an answer that was taken is refused', async () => {
    const { form, post, browser } = await formOf();
    const first = await post();
    expect(first.headers.get('location')).toContain('/finish?code=');
    expect((await post()).headers.get('location')).toBe('/sign-in?sso=expired');
    expect(form?.fields.SAMLResponse).toBeTruthy();
    const finish = new URL(first.headers.get('location') ?? '', test.url).href;
    const held = browser.cookies(test.url);
    expect((await browser.request(finish)).headers.get('location')).toBe('/data');
    const again = await fetch(finish, { redirect: 'manual', headers: { cookie: held } });
    expect(again.headers.get('location')).toBe('/sign-in?sso=expired');
  });

  it('of an assertion in another sign-in is refused', async () => {
    const one = await formOf();
    const two = await formOf();
    const mixed = { ...two.form?.fields, SAMLResponse: one.form?.fields.SAMLResponse ?? '' } as Record<
      string,
      string
    >;
    expect((await two.post(mixed)).headers.get('location')).toBe('/sign-in?sso=invalid');
    expect(await lastReason()).toMatch(/InResponseTo/);
  });

  it('in another browser than the one that began gives no session', async () => {
    const { post } = await formOf();
    const finish = new URL((await post()).headers.get('location') ?? '', test.url).href;
    const victim = new Wanderer();
    expect((await victim.request(finish)).headers.get('location')).toBe('/sign-in?sso=expired');
    expect(victim.cookies(test.url)).not.toContain('stroma_session');
  });

  it('and what nobody asked for is refused', async () => {
    const { form, post } = await formOf();
    const unsolicited = { SAMLResponse: form?.fields.SAMLResponse ?? '', RelayState: '' };
    expect((await post(unsolicited)).headers.get('location')).toBe('/sign-in?sso=expired');
  });
});

describe('the test of a connection', () => {
  const run = async () => {
    const path = `/admin/single-sign-on/connections/${connection.connection_id}/test`;
    return (await admin<ConnectionTest>('POST', path)).body;
  };

  it('looks at the certificates', async () => {
    expect(await run()).toMatchObject({ ok: true });
    const { saml } = connection;
    const ended = await makeSigner('Ended', -1);
    await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      saml: { ...saml, certificates: [ended.cert, signer.cert.replace(/-----[^-]+-----|\s/g, '')] },
    });
    const { steps } = await run();
    expect(steps.filter(({ check }) => check === 'certificate').map(({ status }) => status)).toEqual([
      'warning',
      'ok',
    ]);
    expect((await signOn()).session).not.toBeNull();
  });

  it('is not reached by what is no certificate', async () => {
    const { status } = await admin('PATCH', `/admin/single-sign-on/connections/${connection.connection_id}`, {
      saml: { ...connection.saml, certificates: ['x'.repeat(200)] },
    });
    expect(status).toBe(400);
  });
});
