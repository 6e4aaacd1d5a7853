import { hash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** What of an error may be kept: what it is and where it came from, and nothing that anybody gave. */
export interface Fault {
  fingerprint: string;
  name: string;
  code: string | null;
  message: string;
  stack: string[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const mostFrames = 40;
const mostCharacters = 500;
const mostCauses = 4;

/**
 * An error as it may be kept. Messages of libraries repeat values of rows, addresses and statements, so all that was
 * quoted, given as parameters or looks like an address, a key or a number of a person is taken out of them. Equal
 * faults have equal fingerprints also when lines moved or values differ.
 */
export function faultOf(error: unknown, told: string): Fault {
  const given = error instanceof Error ? error : new Error(typeof error === 'string' ? error : told);
  const { name, code } = identityOf(given);
  const chain = causesOf(given);
  const stack = chain
    .flatMap((each, at) => [
      ...(at === 0 ? [] : [`caused by ${each.name}: ${withoutValues(each.message)}`]),
      ...framesOf(each),
    ])
    .slice(0, mostFrames);
  const last = chain.at(-1) ?? given;
  const message = withoutValues(given.message) || told;
  const places = framesOf(last).slice(0, 5).map(placeOf);
  const what = [name, code ?? '', last.name, identityOf(last).code ?? '', told];
  const apart = places.length === 0 ? [message] : places;
  return { fingerprint: hash('sha256', JSON.stringify([...what, ...apart])), name, code, message, stack };
}

function identityOf(error: Error): { name: string; code: string | null } {
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name.slice(0, 100),
    code: typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : null,
  };
}

function causesOf(error: Error): Error[] {
  const chain = [error];
  for (let cause = error.cause; cause instanceof Error && chain.length < mostCauses; cause = cause.cause) {
    if (chain.includes(cause)) break;
    chain.push(cause);
  }
  return chain;
}

/** Frames without the message above them, paths from the installation on. */
function framesOf({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .*(:\d+|native|<anonymous>)\)?$/.test(line))
    .map((line) => line.slice(3).replaceAll('file://', '').replaceAll(root, '').slice(0, 300))
    .filter((line) => !line.includes('node:internal/'));
}

/** The function and its file, without the line. */
const placeOf = (frame: string): string => frame.replace(/:\d+:\d+/g, '');

const left = '…';

/** Text of an error without what it was about. */
export function withoutValues(text: string): string {
  return (
    text
      .replace(/\n?params:[\s\S]*$/i, '')
      .replace(/(Failed query:)[\s\S]*$/i, `$1 ${left}`)
      .replace(/\b[a-z][\w+.-]*:\/\/[^\s"')]+/gi, (url) => `${url.slice(0, url.indexOf('://'))}://${left}`)
      .replace(/(["'`“‘„])(?:\\.|(?!\1)[^\\”’])*(\1|”|’)/g, `$1${left}$2`)
      .replace(/\bBearer\s+\S+/gi, `Bearer ${left}`)
      .replace(
        /\b(password|passphrase|secret|token|key|authorization|cookie)\b(\s*[:=]\s*)\S+/gi,
        `$1$2${left}`,
      )
      .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, left)
      .replaceAll(root, '')
      .replace(/(^|[\s(=])\/(?:[^\s/:()]+\/)*[^\s:()]*/g, `$1${left}`)
      .replace(/\b[A-Za-z0-9+/_-]{32,}={0,2}/g, left)
      .replace(/\d[\d .,:/-]{4,}\d/g, left)
      .split('\n', 1)[0]
      ?.trim()
      .slice(0, mostCharacters) ?? ''
  );
}
