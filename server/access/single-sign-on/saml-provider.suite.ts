import { webcrypto } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';
import samlp from 'samlp';
import { openLoopback, readForm } from './loopback.suite.ts';

const email = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';

export interface SamlPerson {
  nameId: string;
  email: string;
  name?: string;
  groups?: string[];
}

export interface SamlProvider {
  entityId: string;
  signInUrl: string;
  certificate: string;
  emailAttribute: string;
  person: SamlPerson;
  /** Put in place of what the provider would say: `recipient`, `audience`, `inResponseTo`, `key`, ... */
  options: Record<string, unknown>;
  /** Changes the answer after it was signed. */
  tamper: (xml: string) => string;
  close(): Promise<void>;
}

export interface Signer {
  key: string;
  cert: string;
}

export async function makeSigner(name: string, days = 365): Promise<Signer> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(now - 400 * 86_400_000),
    notAfter: new Date(now + days * 86_400_000),
    signingAlgorithm: algorithm,
    keys: keys as webcrypto.CryptoKeyPair,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    cert: made.toString('pem'),
  };
}

/** An identity provider on loopback that signs the assertion with RSA and SHA-256, as samlp does it. */
export async function startSamlProvider(signer: Signer): Promise<SamlProvider> {
  const loopback = await openLoopback();
  const provider: SamlProvider = {
    entityId: `${loopback.origin}/metadata`,
    signInUrl: `${loopback.origin}/idp`,
    certificate: signer.cert,
    emailAttribute: email,
    person: { nameId: 'person-1', email: '' },
    options: {},
    tamper: (xml) => xml,
    close: loopback.close,
  };
  loopback.answer((request, response) => {
    const url = new URL(request.url ?? '/', loopback.origin);
    const handle = samlp.auth({
      issuer: provider.entityId,
      cert: signer.cert,
      key: signer.key,
      lifetimeInSeconds: 300,
      getUserFromRequest: () => provider.person,
      profileMapper: (person: SamlPerson) => ({
        getClaims: () => ({ [email]: person.email, displayName: person.name, groups: person.groups }),
        getNameIdentifier: () => ({ nameIdentifier: person.nameId }),
      }),
      getPostURL: (
        _: string,
        dom: { documentElement: { getAttribute(name: string): string } },
        __: unknown,
        done: (error: null, url: string) => void,
      ) => done(null, dom.documentElement.getAttribute('AssertionConsumerServiceURL')),
      recipient: recipientOf(url),
      destination: recipientOf(url),
      ...provider.options,
    });
    const query = Object.fromEntries(url.searchParams);
    handle({ method: 'GET', query, headers: request.headers }, express(response, provider), (error) => {
      response.writeHead(500).end(String(error));
    });
  });
  return provider;
}

/** Stroma's own address, which a test server is told by the request. */
const recipientOf = (url: URL): string => url.searchParams.get('recipient') ?? '';

function express(response: ServerResponse, provider: SamlProvider) {
  return {
    set: (name: string, value: string) => void response.setHeader(name, value),
    send(body: unknown) {
      const form = typeof body === 'string' ? readForm(body) : null;
      if (form === null) return void response.writeHead(500).end(String(body));
      const xml = Buffer.from(form.fields.SAMLResponse ?? '', 'base64').toString('utf8');
      const token = Buffer.from(provider.tamper(xml)).toString('base64');
      response.end((body as string).replace(form.fields.SAMLResponse ?? '', token));
    },
  };
}
