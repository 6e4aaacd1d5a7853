import type { ErrorCode } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';

/** What is said of a source in an error: never more than its settings say. */
export interface About {
  /** `db.example.org:5432`. */
  where: string;
  user?: string;
  database?: string;
}

export const sourceError = (
  code: ErrorCode,
  message: string,
  cause?: unknown,
  details: Record<string, unknown> = {},
): StromaError => new StromaError(code, message, details, cause === undefined ? undefined : { cause });

const certificateFaults: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not known here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
};

/** The word for what went wrong before the source said anything; null where it is none of these. */
export function reachFailure(error: unknown, { where }: About): StromaError | null {
  if (error instanceof StromaError && error.code !== 'OUTGOING_FAILED') return error;
  const { code = '', message = '', cause } = error as { code?: string; message?: string; cause?: unknown };
  if (/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME)$/.test(code) || /does not resolve/.test(message))
    return sourceError('SOURCE_HOST_UNKNOWN', `The host of ${where} has no address. Check its name.`, error);
  if (code === 'ECONNREFUSED')
    return sourceError(
      'SOURCE_REFUSED',
      `Nothing listens at ${where}. Check the port, and that the server runs and takes connections from here.`,
      error,
    );
  if (
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/.test(code) ||
    /did not answer within|timeout/i.test(message)
  )
    return sourceError(
      'SOURCE_TIMEOUT',
      `${where} did not answer in time. Check the address, and that no firewall stands between.`,
      error,
    );
  const fault = certificateFaults[code];
  if (fault !== undefined)
    return sourceError(
      'SOURCE_TLS',
      `${where} was not trusted: ${fault}. Give the authority that signed it, or use the name it was made for.`,
      error,
    );
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(code))
    return sourceError(
      'SOURCE_TLS',
      `No encrypted connection to ${where} came about: it does not speak TLS there.`,
      error,
    );
  if (error instanceof StromaError && cause !== undefined) {
    const inner = reachFailure(cause, { where });
    if (inner !== null) return inner;
  }
  if (error instanceof StromaError) return sourceError('SOURCE_ANSWER', error.message, error);
  if (
    /^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code) ||
    /socket hang up|Connection terminated|closed/i.test(message)
  )
    return sourceError('SOURCE_ANSWER', `${where} broke the connection off before it had answered.`, error);
  return null;
}
