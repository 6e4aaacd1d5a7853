import { randomUUID } from 'node:crypto';
import {
  generateServiceProviderMetadata,
  SAML,
  SamlStatusError,
  ValidateInResponseTo,
} from '@node-saml/node-saml';
import { type ProvenIdentity, SignOnRefused, textsOf } from './proven-identity.ts';
import type { SamlSettings } from './single-sign-on.tables.ts';

const toleranceMs = 30_000;
const largestBytes = 512 * 1024;

/** Where Stroma stands as a service provider. */
export interface SamlPlace {
  entityId: string;
  assertionUrl: string;
}

export interface SamlAnswer {
  identity: ProvenIdentity;
  /** Of the assertion; it may be taken once. */
  assertionId: string;
  /** Milliseconds since the epoch: until then it could be shown again. */
  expiresMs: number;
}

/** SHA-1 is not signed with any more; nothing else belongs into a signature of SAML. */
const algorithms = new Set([
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
]);

/**
 * A SAML 2.0 identity provider: the request by redirect, the answer by post, its assertion signed. Only what the
 * signature covers is read. Requests are answered, never unsolicited assertions. SAML 2.0 Profiles, section 4.1.
 */
export class SamlPeer {
  readonly #settings: SamlSettings;
  readonly #place: SamlPlace;

  constructor(settings: SamlSettings, place: SamlPlace) {
    this.#settings = settings;
    this.#place = place;
  }

  async begin(state: string): Promise<{ address: URL; requestId: string }> {
    const requestId = `_${randomUUID()}`;
    const address = await this.#saml(requestId).getAuthorizeUrlAsync(state, undefined, {});
    return { address: new URL(address), requestId };
  }

  /** `response` is the posted SAMLResponse. Throws SignOnRefused. */
  async complete(response: string, requestId: string): Promise<SamlAnswer> {
    refuseSuspicious(response);
    const assertion = await this.#verify(response);
    const issuer = textOf(assertion.Issuer?.[0]);
    if (issuer !== this.#settings.entity_id)
      throw new SignOnRefused(
        'invalid',
        `The issuer of the assertion is ${issuer}, not ${this.#settings.entity_id}.`,
      );
    const confirmation = this.#confirmationOf(assertion, requestId);
    const id = assertion.$?.ID ?? '';
    if (id === '') throw new SignOnRefused('invalid', 'The assertion has no ID.');
    return {
      identity: this.#identityOf(assertion),
      assertionId: id,
      expiresMs: Date.parse(confirmation.NotOnOrAfter ?? '') + toleranceMs,
    };
  }

  metadata(): string {
    return generateServiceProviderMetadata({
      issuer: this.#place.entityId,
      callbackUrl: this.#place.assertionUrl,
      identifierFormat: null,
      wantAssertionsSigned: true,
    });
  }

  /** The assertion that was signed, parsed from the signed bytes. */
  async #verify(response: string): Promise<Assertion> {
    try {
      const { profile } = await this.#saml().validatePostResponseAsync({ SAMLResponse: response });
      const parsed = profile?.getAssertion?.() as { Assertion?: Assertion } | undefined;
      if (parsed?.Assertion !== undefined) return parsed.Assertion;
    } catch (error) {
      if (error instanceof SamlStatusError) throw new SignOnRefused('refused', error.message, error);
      throw new SignOnRefused('invalid', error instanceof Error ? error.message : String(error), error);
    }
    throw new SignOnRefused('invalid', 'The answer holds no assertion.');
  }

  /** The bearer confirmation that answers this request at this address. SAML 2.0 Profiles, 4.1.4.3. */
  #confirmationOf(assertion: Assertion, requestId: string): NonNullable<Confirmation['$']> {
    const all = (assertion.Subject?.[0]?.SubjectConfirmation ?? [])
      .filter(({ $ }) => $?.Method === 'urn:oasis:names:tc:SAML:2.0:cm:bearer')
      .flatMap(({ SubjectConfirmationData }) => SubjectConfirmationData?.[0]?.$ ?? []);
    const forHere = all.filter(({ Recipient }) => Recipient === this.#place.assertionUrl);
    if (forHere.length === 0)
      throw new SignOnRefused(
        'invalid',
        `The assertion is not meant for ${this.#place.assertionUrl} (Recipient).`,
      );
    const answers = forHere.find(({ InResponseTo }) => InResponseTo === requestId);
    if (answers === undefined)
      throw new SignOnRefused(
        'invalid',
        'The assertion does not answer the request of this sign-in (InResponseTo).',
      );
    const expires = Date.parse(answers.NotOnOrAfter ?? '');
    if (Number.isNaN(expires) || expires + toleranceMs <= Date.now())
      throw new SignOnRefused(
        'invalid',
        'The assertion has expired, or does not say when it will (NotOnOrAfter).',
      );
    return answers;
  }

  #identityOf(assertion: Assertion): ProvenIdentity {
    const { email_attribute, name_attribute, groups_attribute } = this.#settings;
    const subject = textOf(assertion.Subject?.[0]?.NameID?.[0]);
    if (subject === '') throw new SignOnRefused('invalid', 'The assertion has no NameID.');
    const attributes = attributesOf(assertion);
    const email = email_attribute === '' ? subject : (attributes.get(email_attribute)?.[0] ?? '');
    if (email === '')
      throw new SignOnRefused(
        'not_verified',
        `The assertion has no attribute "${email_attribute}" with an e-mail address.`,
      );
    const context = textOf(assertion.AuthnStatement?.[0]?.AuthnContext?.[0]?.AuthnContextClassRef?.[0]);
    return {
      subject,
      email: email.trim().toLowerCase(),
      // The organisation that runs the provider gives out the addresses of its domains.
      emailVerified: true,
      name: attributes.get(name_attribute)?.[0]?.slice(0, 200) ?? null,
      groups: attributes.get(groups_attribute) ?? null,
      secondFactor: strongContexts.has(context),
    };
  }

  #saml(requestId?: string): SAML {
    const { entity_id, sign_in_url, certificates } = this.#settings;
    return new SAML({
      callbackUrl: this.#place.assertionUrl,
      entryPoint: sign_in_url,
      issuer: this.#place.entityId,
      audience: this.#place.entityId,
      idpIssuer: entity_id,
      idpCert: certificates,
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      acceptedClockSkewMs: toleranceMs,
      disableRequestedAuthnContext: true,
      identifierFormat: null,
      // Held against this one sign-in instead of against any of this process.
      validateInResponseTo: ValidateInResponseTo.never,
      ...(requestId === undefined ? {} : { generateUniqueId: () => requestId }),
    });
  }
}

interface Confirmation {
  $?: { Recipient?: string; InResponseTo?: string; NotOnOrAfter?: string };
}

type Text = string | { _?: string };

/** An assertion as xml2js gives it, without prefixes. */
interface Assertion {
  $?: { ID?: string };
  Issuer?: Text[];
  Subject?: {
    NameID?: Text[];
    SubjectConfirmation?: { $?: { Method?: string }; SubjectConfirmationData?: Confirmation[] }[];
  }[];
  AuthnStatement?: { AuthnContext?: { AuthnContextClassRef?: Text[] }[] }[];
  AttributeStatement?: { Attribute?: { $?: { Name?: string }; AttributeValue?: Text[] }[] }[];
}

const textOf = (value: Text | undefined): string =>
  (typeof value === 'string' ? value : (value?._ ?? '')).trim();

function attributesOf(assertion: Assertion): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { $, AttributeValue } of (assertion.AttributeStatement ?? []).flatMap(
    (each) => each.Attribute ?? [],
  )) {
    const values = textsOf((AttributeValue ?? []).map(textOf)) ?? [];
    const name = $?.Name ?? '';
    found.set(name, [...(found.get(name) ?? []), ...values.filter((each) => each !== '')]);
  }
  return found;
}

const strongContexts = new Set([
  'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI',
  'http://schemas.microsoft.com/claims/multipleauthn',
  'https://refeds.org/profile/mfa',
]);

/** Before any parser sees it: what has no place in an answer of SAML and has been used against parsers. */
function refuseSuspicious(response: string): void {
  if (response.length > largestBytes) throw new SignOnRefused('invalid', 'The answer is too large.');
  const xml = Buffer.from(response, 'base64').toString('utf8');
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    throw new SignOnRefused('invalid', 'The answer declares a document type or entities.');
  if (/<([\w.-]+:)?EncryptedAssertion[\s>]/.test(xml))
    throw new SignOnRefused(
      'invalid',
      'The assertion is encrypted; set the provider to sign it and not to encrypt it.',
    );
  for (const [, algorithm] of xml.matchAll(/\bAlgorithm\s*=\s*["']([^"']*)["']/g))
    if (!algorithms.has(algorithm ?? ''))
      throw new SignOnRefused(
        'invalid',
        `The algorithm ${algorithm} is not accepted; sign with RSA and SHA-256.`,
      );
}
