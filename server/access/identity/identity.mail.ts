import type { Language } from '@stroma/contracts';
import type { Message } from '../../platform/mail/mail.ts';

/** Texts of the mails identity sends. Plain words, one link, and what to do when one did not ask for it. */
type Told = Pick<Message, 'subject' | 'text' | 'html'>;

/** Subject, what comes before the link, what comes after it. */
type Words = readonly [subject: string, before: string, after: string];

/** Of an account whose language nobody has chosen: English. */
export type MailLanguage = Language | null;

const written = (language: MailLanguage, words: Record<Language, Words>, link: string | null): Told => {
  const [subject, before, after] = words[language ?? 'en'];
  const marked = link === null ? [] : [`<a href="${escaped(link)}">${escaped(link)}</a>`];
  return {
    subject,
    text: [before, ...(link === null ? [] : [link]), after].join('\n\n'),
    html: [escaped(before), ...marked, escaped(after)].map((part) => `<p>${part}</p>`).join('\n'),
  };
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

export const passwordReset = (language: MailLanguage, link: string, minutes: number): Told =>
  written(
    language,
    {
      en: [
        'Set a new password for Stroma',
        'Somebody, probably you, asked for a new password for your Stroma account. Set it here:',
        `The link works once, for ${minutes} minutes. If it was not you, nothing needs to be done: your password has not changed.`,
      ],
      de: [
        'Neues Passwort für Stroma',
        'Jemand, vermutlich Sie, hat ein neues Passwort für Ihr Stroma-Konto angefordert. Legen Sie es hier fest:',
        `Der Link gilt einmal und ${minutes} Minuten lang. Waren Sie es nicht, ist nichts zu tun: Ihr Passwort ist unverändert.`,
      ],
    },
    link,
  );

export const passwordChanged = (language: MailLanguage): Told =>
  written(
    language,
    {
      en: [
        'Your Stroma password was changed',
        'The password of your Stroma account was changed just now, and every other session was ended.',
        'If it was not you, tell your administrator at once.',
      ],
      de: [
        'Ihr Stroma-Passwort wurde geändert',
        'Das Passwort Ihres Stroma-Kontos wurde soeben geändert, alle anderen Sitzungen wurden beendet.',
        'Waren Sie es nicht, sagen Sie es sofort Ihrer Verwaltung.',
      ],
    },
    null,
  );

export const emailVerification = (language: MailLanguage, link: string, hours: number): Told =>
  written(
    language,
    {
      en: [
        'Confirm your e-mail address for Stroma',
        'Somebody, probably you, made a Stroma account with this address. Confirm it here:',
        `The link works for ${hours} hours. If it was not you, ignore this message: no account is made.`,
      ],
      de: [
        'Bestätigen Sie Ihre E-Mail-Adresse für Stroma',
        'Jemand, vermutlich Sie, hat mit dieser Adresse ein Stroma-Konto angelegt. Bestätigen Sie sie hier:',
        `Der Link gilt ${hours} Stunden. Waren Sie es nicht, übergehen Sie diese Nachricht: Es entsteht kein Konto.`,
      ],
    },
    link,
  );

export const accountExists = (language: MailLanguage, link: string): Told =>
  written(
    language,
    {
      en: [
        'You have a Stroma account already',
        'Somebody, probably you, tried to make a Stroma account with this address, but you have one already. Sign in here, or ask there for a new password:',
        'If it was not you, nothing needs to be done.',
      ],
      de: [
        'Sie haben schon ein Stroma-Konto',
        'Jemand, vermutlich Sie, wollte mit dieser Adresse ein Stroma-Konto anlegen, doch Sie haben schon eines. Melden Sie sich hier an oder fordern Sie dort ein neues Passwort an:',
        'Waren Sie es nicht, ist nichts zu tun.',
      ],
    },
    link,
  );

export const invitation = (
  language: MailLanguage,
  link: string,
  organisation: string,
  inviter: string,
  days: number,
): Told => {
  // The first organisation is called Stroma until somebody renames it.
  const isNamed = organisation !== 'Stroma';
  return written(
    language,
    {
      en: [
        `${inviter} invites you to ${organisation}${isNamed ? ' on Stroma' : ''}`,
        `${inviter} invites you to work with ${isNamed ? `${organisation} on Stroma` : 'Stroma'}. Accept here and choose a password:`,
        `The link works once, for ${days} days. If you do not know who this is, ignore this message.`,
      ],
      de: [
        `${inviter} lädt Sie zu ${organisation}${isNamed ? ' auf Stroma' : ''} ein`,
        `${inviter} lädt Sie ein, mit ${isNamed ? `${organisation} auf Stroma` : 'Stroma'} zu arbeiten. Nehmen Sie hier an und wählen Sie ein Passwort:`,
        `Der Link gilt einmal und ${days} Tage lang. Kennen Sie den Absender nicht, übergehen Sie diese Nachricht.`,
      ],
    },
    link,
  );
};

/** To the new address. */
export const emailChangeConfirmation = (language: MailLanguage, link: string, hours: number): Told =>
  written(
    language,
    {
      en: [
        'Confirm your new e-mail address for Stroma',
        'Somebody, probably you, wants to use this address for their Stroma account. Confirm it here:',
        `The link works once, for ${hours} hours. Until then nothing changes. If it was not you, ignore this message.`,
      ],
      de: [
        'Bestätigen Sie Ihre neue E-Mail-Adresse für Stroma',
        'Jemand, vermutlich Sie, möchte diese Adresse für ein Stroma-Konto verwenden. Bestätigen Sie sie hier:',
        `Der Link gilt einmal und ${hours} Stunden lang. Bis dahin ändert sich nichts. Waren Sie es nicht, übergehen Sie diese Nachricht.`,
      ],
    },
    link,
  );

/** To the new address, where an account has it already. */
export const emailTaken = (language: MailLanguage): Told =>
  written(
    language,
    {
      en: [
        'Your address belongs to your Stroma account already',
        'Somebody wanted to use this address for another Stroma account. It stays with yours; nothing was changed.',
        'If it was you, use another address, or ask your administrator to remove the account you no longer need.',
      ],
      de: [
        'Ihre Adresse gehört schon zu Ihrem Stroma-Konto',
        'Jemand wollte diese Adresse für ein anderes Stroma-Konto verwenden. Sie bleibt bei Ihrem; es wurde nichts geändert.',
        'Waren Sie es, nehmen Sie eine andere Adresse oder bitten Sie Ihre Verwaltung, das nicht mehr benötigte Konto zu entfernen.',
      ],
    },
    null,
  );

/** To the present address, which can stop it, and for some days take it back. */
export const emailChangeNotice = (language: MailLanguage, link: string, days: number): Told =>
  written(
    language,
    {
      en: [
        'A new e-mail address for your Stroma account',
        'Somebody, probably you, asked for another e-mail address for your Stroma account. If it was you, confirm it at the new address. If it was not you, stop it or take it back here:',
        `The link works for ${days} days, also after the change. Then set a new password.`,
      ],
      de: [
        'Eine neue E-Mail-Adresse für Ihr Stroma-Konto',
        'Jemand, vermutlich Sie, hat eine andere E-Mail-Adresse für Ihr Stroma-Konto angefordert. Waren Sie es, bestätigen Sie sie an der neuen Adresse. Waren Sie es nicht, halten Sie die Änderung hier auf oder nehmen Sie sie zurück:',
        `Der Link gilt ${days} Tage, auch nach der Änderung. Legen Sie danach ein neues Passwort fest.`,
      ],
    },
    link,
  );

/** To both addresses, when an administrator changed it. */
export const emailChangedFor = (language: MailLanguage, administrator: string): Told =>
  written(
    language,
    {
      en: [
        'The e-mail address of your Stroma account was changed',
        `${administrator} changed the e-mail address of your Stroma account. You sign in with the new address from now on; your password is the same.`,
        'If you did not expect this, tell your administrator at once.',
      ],
      de: [
        'Die E-Mail-Adresse Ihres Stroma-Kontos wurde geändert',
        `${administrator} hat die E-Mail-Adresse Ihres Stroma-Kontos geändert. Sie melden sich ab jetzt mit der neuen Adresse an; Ihr Passwort bleibt gleich.`,
        'Haben Sie das nicht erwartet, sagen Sie es sofort Ihrer Verwaltung.',
      ],
    },
    null,
  );

export const secondFactorReset = (language: MailLanguage, administrator: string, reason: string): Told =>
  written(
    language,
    {
      en: [
        'Your second factor for Stroma was reset',
        `${administrator} removed the second factors of your Stroma account and ended your sessions. Reason given: ${reason}`,
        'At your next sign-in you set up a new one. If you did not ask for this, change your password and tell your administrator at once.',
      ],
      de: [
        'Ihr zweiter Faktor für Stroma wurde zurückgesetzt',
        `${administrator} hat die zweiten Faktoren Ihres Stroma-Kontos entfernt und Ihre Sitzungen beendet. Angegebener Grund: ${reason}`,
        'Bei der nächsten Anmeldung richten Sie einen neuen ein. Haben Sie nicht darum gebeten, ändern Sie Ihr Passwort und sagen Sie es sofort Ihrer Verwaltung.',
      ],
    },
    null,
  );
