import type { Message } from '../../platform/mail/mail.ts';

/** Texts of the mails identity sends. Plain words, one link, and what to do when one did not ask for it. */
type Told = Pick<Message, 'subject' | 'text' | 'html'>;

const written = (subject: string, before: string, link: string | null, after: string): Told => ({
  subject,
  text: [before, ...(link === null ? [] : [link]), after].join('\n\n'),
  html: [before, ...(link === null ? [] : [`<a href="${escaped(link)}">${escaped(link)}</a>`]), after]
    .map((part, index) => `<p>${index === 1 && link !== null ? part : escaped(part)}</p>`)
    .join('\n'),
});

export const passwordReset = (link: string, minutes: number): Told =>
  written(
    'Set a new password for Stroma',
    'Somebody, probably you, asked for a new password for your Stroma account. Set it here:',
    link,
    `The link works once, for ${minutes} minutes. If it was not you, nothing needs to be done: your password has not changed.`,
  );

export const passwordChanged = (): Told =>
  written(
    'Your Stroma password was changed',
    'The password of your Stroma account was changed just now, and every other session was ended.',
    null,
    'If it was not you, tell your administrator at once.',
  );

export const emailVerification = (link: string, hours: number): Told =>
  written(
    'Confirm your e-mail address for Stroma',
    'Somebody, probably you, made a Stroma account with this address. Confirm it here:',
    link,
    `The link works for ${hours} hours. If it was not you, ignore this message: no account is made.`,
  );

export const accountExists = (link: string): Told =>
  written(
    'You have a Stroma account already',
    'Somebody, probably you, tried to make a Stroma account with this address, but you have one already. Sign in here, or ask there for a new password:',
    link,
    'If it was not you, nothing needs to be done.',
  );

export const invitation = (link: string, organisation: string, inviter: string, days: number): Told =>
  written(
    `${inviter} invites you to ${organisation} on Stroma`,
    `${inviter} invites you to work with ${organisation} on Stroma. Accept here and choose a password:`,
    link,
    `The link works once, for ${days} days. If you do not know who this is, ignore this message.`,
  );

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
