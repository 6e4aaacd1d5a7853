import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { CertificateSet, ContentInfo, id_signedData, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  id_ct_tstInfo,
  MessageImprint,
  PKIStatus,
  TimeStampReq,
  TimeStampReqVersion,
  TimeStampResp,
  TSTInfo,
} from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { StromaError } from '@stroma/kernel';
import { fail } from '../../platform/failure.ts';

const sha256Id = '2.16.840.1.101.3.4.2.1';
const digests: Record<string, string> = {
  [sha256Id]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const messageDigestId = '1.2.840.113549.1.9.4';
const contentTypeId = '1.2.840.113549.1.9.3';
const timeStampingUse = '1.3.6.1.5.5.7.3.8';
const answersWithinMs = 15_000;

export interface TimeStampAuthority {
  url: string;
  /** Certificates that are believed, PEM: the authority's own or those above it. */
  trusted: readonly X509Certificate[];
}

/**
 * Asks the authority to put its time under a SHA-256 (RFC 3161), checks the answer, and returns the token (DER,
 * base64) with its time. Throws TIME_STAMP_UNAVAILABLE.
 */
export async function requestTimeStamp(
  authority: TimeStampAuthority,
  sha256: string,
): Promise<{ token: string; time: Date }> {
  const nonce = randomBytes(8);
  // A first bit that is set would make it a negative INTEGER, a zero byte one that is written shorter.
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  const request = new TimeStampReq({
    version: TimeStampReqVersion.v1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithm: sha256Id, parameters: null }),
      hashedMessage: new OctetString(Buffer.from(sha256, 'hex')),
    }),
    nonce: new Uint8Array(nonce).buffer,
    certReq: true,
  });
  try {
    const response = await fetch(authority.url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: AsnConvert.serialize(request),
      redirect: 'error',
      signal: AbortSignal.timeout(answersWithinMs),
    });
    if (!response.ok) return unavailable(`it answered with status ${response.status}`);
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > 256 * 1024) return unavailable('its answer is too long');
    const answer = AsnConvert.parse(bytes, TimeStampResp);
    const { status } = answer.status;
    if ((status !== PKIStatus.granted && status !== PKIStatus.grantedWithMods) || !answer.timeStampToken)
      return unavailable(`it refused (PKI status ${status})`);
    const token = Buffer.from(AsnConvert.serialize(answer.timeStampToken)).toString('base64');
    return { token, time: verifyTimeStamp(token, sha256, authority.trusted, nonce) };
  } catch (error) {
    if (error instanceof StromaError) throw error;
    return unavailable('it could not be reached or its answer is no time-stamp', error);
  }
}

/**
 * The time at which a trusted authority saw the hash. Throws TIME_STAMP_UNAVAILABLE, with the reason, when the token
 * is over something else, its signature does not fit, or its certificate is neither trusted nor for time-stamping.
 */
export function verifyTimeStamp(
  token: string,
  sha256: string,
  trusted: readonly X509Certificate[],
  nonce?: Uint8Array,
): Date {
  const content = AsnConvert.parse(Buffer.from(token, 'base64'), ContentInfo);
  if (content.contentType !== id_signedData) return unavailable('the token is not signed');
  const data = AsnConvert.parse(content.content, SignedData);
  const { eContentType, eContent } = data.encapContentInfo;
  const signed = eContent?.single?.buffer ?? eContent?.any;
  if (eContentType !== id_ct_tstInfo || signed === undefined)
    return unavailable('the token holds no time-stamp');
  const info = AsnConvert.parse(signed, TSTInfo);
  const imprint = Buffer.from(info.messageImprint.hashedMessage.buffer).toString('hex');
  if (info.messageImprint.hashAlgorithm.algorithm !== sha256Id || imprint !== sha256)
    return unavailable('the token is over another hash');
  if (nonce !== undefined && !(info.nonce && Buffer.from(info.nonce).equals(nonce)))
    return unavailable('the token answers another request');
  const [signer] = data.signerInfos;
  if (signer === undefined) return unavailable('the token has no signer');
  const certificate = signerOf(signer, certificatesOf(data));
  checkSignature(signer, new Uint8Array(signed), certificate);
  checkTrust(certificate, certificatesOf(data), trusted, info.genTime);
  return info.genTime;
}

function certificatesOf(data: SignedData): X509Certificate[] {
  return [...(data.certificates ?? new CertificateSet())].flatMap(({ certificate }) =>
    certificate === undefined ? [] : [new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)))],
  );
}

function signerOf({ sid }: SignerInfo, certificates: X509Certificate[]): X509Certificate {
  const serial = sid.issuerAndSerialNumber?.serialNumber;
  const wanted =
    serial === undefined
      ? null
      : Buffer.from(serial)
          .toString('hex')
          .toUpperCase()
          .replace(/^(00)+/, '');
  const found = certificates.find(
    (each) => wanted === null || each.serialNumber.replace(/^(00)+/, '') === wanted,
  );
  return found ?? unavailable('the token does not hold the certificate of its signer');
}

/** RFC 5652, section 5.4: the signature covers the signed attributes as a SET, and they the content. */
function checkSignature(signer: SignerInfo, content: Uint8Array, certificate: X509Certificate): void {
  const digest = digests[signer.digestAlgorithm.algorithm];
  if (digest === undefined) unavailable('the token is signed over a digest that is not believed');
  if (signer.signedAttrs === undefined) unavailable('the token signs no attributes');
  const attribute = (type: string) =>
    signer.signedAttrs?.find(({ attrType }) => attrType === type)?.attrValues[0];
  const stated = attribute(messageDigestId);
  const statedType = attribute(contentTypeId);
  if (stated === undefined || statedType === undefined) unavailable('the token lacks a signed attribute');
  const expected = createHash(digest).update(content).digest();
  if (!Buffer.from(AsnConvert.parse(stated, OctetString).buffer).equals(expected))
    unavailable('the token signs another content');
  const attributes = derSet(signer.signedAttrs.map((each) => Buffer.from(AsnConvert.serialize(each))));
  if (!verify(digest, attributes, certificate.publicKey, Buffer.from(signer.signature.buffer)))
    unavailable('the signature of the token does not fit');
}

/** Members stay in the order in which they came, which is the one that was signed. */
function derSet(members: Buffer[]): Buffer {
  const content = Buffer.concat(members);
  const { length } = content;
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const size = length < 0x80 ? Buffer.from([length]) : Buffer.from([0x80 | bytes.length, ...bytes]);
  return Buffer.concat([Buffer.from([0x31]), size, content]);
}

function checkTrust(
  certificate: X509Certificate,
  others: X509Certificate[],
  trusted: readonly X509Certificate[],
  time: Date,
): void {
  if (!certificate.keyUsage?.includes(timeStampingUse))
    unavailable('the certificate is not for time-stamping');
  if (time < new Date(certificate.validFrom) || time > new Date(certificate.validTo))
    unavailable('the certificate was not valid at that time');
  let current = certificate;
  for (let depth = 0; depth < 8; depth += 1) {
    const holder = current;
    if (trusted.some((each) => each.fingerprint256 === holder.fingerprint256)) return;
    const above = [...trusted, ...others].find(
      (each) =>
        each.fingerprint256 !== holder.fingerprint256 &&
        holder.checkIssued(each) &&
        each.ca &&
        holder.verify(each.publicKey),
    );
    if (above === undefined) break;
    current = above;
  }
  unavailable('the certificate leads to none that is trusted (STROMA_AUDIT_TSA_CERTIFICATE)');
}

function unavailable(reason: string, cause?: unknown): never {
  return fail(
    'TIME_STAMP_UNAVAILABLE',
    `Expected a time-stamp that verifies from the authority of STROMA_AUDIT_TSA_URL; ${reason}.`,
    {},
    cause,
  );
}
