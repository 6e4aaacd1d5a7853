import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  subject: string;
  head: string;
  /** Body with transfer encodings undone. */
  text: string;
}

/** A real SMTP server on this machine that keeps what it is sent. */
export async function openMailServer() {
  const waiting: ReceivedMail[] = [];
  const askers: ((mail: ReceivedMail) => void)[] = [];
  const answers: number[] = [];
  let deliveries = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        deliveries += 1;
        const code = answers.shift();
        if (code !== undefined) {
          done(Object.assign(new Error('not now'), { responseCode: code }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const mail: ReceivedMail = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          ...read(Buffer.concat(parts).toString('utf8')),
        };
        const asker = askers.shift();
        if (asker) asker(mail);
        else waiting.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** The next mail, also when it has yet to come. */
    next: (): Promise<ReceivedMail> => {
      const mail = waiting.shift();
      return mail === undefined ? new Promise((resolve) => askers.push(resolve)) : Promise.resolve(mail);
    },
    /** Mail that came and nobody asked for. */
    unread: () => waiting.length,
    deliveries: () => deliveries,
    answerNext: (code: number) => answers.push(code),
    close: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

function read(raw: string): Pick<ReceivedMail, 'head' | 'subject' | 'text'> {
  const at = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, at);
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ');
  const encoded = /^Subject: (.*)$/im.exec(unfolded)?.[1] ?? '';
  const subject = encoded.replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
    (kind.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : quoted(text.replaceAll('_', ' '))).toString(),
  );
  return { head, subject, text: quoted(raw.slice(at + 4)).toString() };
}

/** Quoted-printable, RFC 2045 section 6.7. */
function quoted(text: string): Buffer {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
