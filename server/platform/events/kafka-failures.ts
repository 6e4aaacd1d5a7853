import type { KafkaSettings } from './kafka-connection.ts';

interface Cause {
  code: string;
  message: string;
  apiId: string;
}

/** All that an error of the client holds within, the outermost first. */
function causesOf(error: unknown): Cause[] {
  const found: Cause[] = [];
  const walk = (each: unknown, depth: number) => {
    if (depth > 8 || each === null || typeof each !== 'object') return;
    const { code, message, apiId, cause, errors } = each as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    found.push({ code: text(code), message: text(message), apiId: text(apiId) });
    walk(cause, depth + 1);
    if (Array.isArray(errors)) for (const inner of errors) walk(inner, depth + 1);
  };
  walk(error, 0);
  return found;
}

/** Kafka’s own words for why it did not: deep in what the client throws. */
export function kafkaErrorName(error: unknown): string {
  return causesOf(error)
    .flatMap(({ apiId, message }) => [apiId, message].filter((each) => each !== ''))
    .join(' ');
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(GET|VERIFY)|CERT_(UNTRUSTED|SIGNATURE|CHAIN))/;

/**
 * Why the brokers are not reached, and which setting to look at; null where they are only away. It holds no password
 * and may be shown to whoever sends.
 */
export function kafkaProblem(error: unknown, { sasl, tls, brokers }: KafkaSettings): string | null {
  const causes = causesOf(error);
  const has = (test: (cause: Cause) => boolean) => causes.some(test);
  const codes = (...wanted: string[]) =>
    has(({ code, apiId }) => wanted.includes(code) || wanted.includes(apiId));
  const where = `The Kafka brokers (${brokers.join(', ')})`;
  if (codes('UNSUPPORTED_SASL_MECHANISM'))
    return `${where} do not offer ${sasl?.mechanism ?? 'this way to sign in'}. Set STROMA_KAFKA_SASL to one they do.`;
  // A broker that speaks TLS alone hangs up on the first word that is none of it.
  const hungUp =
    has(({ code }) => code === 'PLT_KFK_AUTHENTICATION') &&
    has(({ message }) => message === 'Connection closed');
  if (tls === null && (hungUp || has(({ message }) => /requires TLS/.test(message))))
    return `${where} speak only TLS there. Set STROMA_KAFKA_TLS=1.`;
  if (codes('SASL_AUTHENTICATION_FAILED', 'PLT_KFK_AUTHENTICATION'))
    return `${where} refuse the user "${sasl?.username ?? ''}" or the password. Check STROMA_KAFKA_USER, STROMA_KAFKA_PASSWORD and STROMA_KAFKA_SASL (${sasl?.mechanism ?? 'not set'}).`;
  if (codes('ERR_TLS_CERT_ALTNAME_INVALID'))
    return `${where} show a certificate for another name. Set STROMA_KAFKA_BROKERS to the names in it.`;
  if (codes('CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'))
    return `${where} show a certificate that is not valid now. Renew it.`;
  if (has(({ code }) => untrusted.test(code)))
    return `${where} show a certificate that nothing here trusts. Set STROMA_KAFKA_CA to the authority that signed it.`;
  if (
    has(({ code, message }) => /BAD_CERTIFICATE|CERTIFICATE_REQUIRED|alert certificate/i.test(code + message))
  )
    return `${where} do not take Stroma’s certificate. Check STROMA_KAFKA_CERT and STROMA_KAFKA_KEY.`;
  if (
    tls !== null &&
    has(({ code, message }) => /^ERR_SSL_|EPROTO/.test(code) || /TLS handshake failed/.test(message))
  )
    return `${where} speak no TLS there. Unset STROMA_KAFKA_TLS, or name their TLS port.`;
  if (codes('TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED'))
    return `${where} do not let the user "${sasl?.username ?? ''}" read, write or make Stroma’s topics. Give it the rights.`;
  return null;
}
