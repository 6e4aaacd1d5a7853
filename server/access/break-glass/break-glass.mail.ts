import type { Language } from '@stroma/contracts';
import type { Message } from '../../platform/mail/mail.ts';

interface Opened {
  name: string;
  reason: string;
  until: Date;
}

const words: Record<Language, (opened: Opened) => readonly [subject: string, ...paragraphs: string[]]> = {
  en: ({ name, reason, until }) => [
    `${name} opened emergency access`,
    `${name} opened emergency access to all data of the organisation, until ${until.toISOString()}.`,
    `Reason: ${reason}`,
    'Each dataset that is looked at goes on record. Please review it under Emergency access in Stroma.',
  ],
  de: ({ name, reason, until }) => [
    `${name} hat den Notfallzugriff geöffnet`,
    `${name} hat den Notfallzugriff auf alle Daten der Organisation geöffnet, bis ${until.toISOString()}.`,
    `Grund: ${reason}`,
    'Jeder Datensatz, der angesehen wird, kommt ins Protokoll. Bitte prüfen Sie den Zugriff in Stroma unter Notfallzugriff.',
  ],
};

/** What those who review are told when emergency access is opened. */
export function emergencyOpened(
  language: Language | null,
  opened: Opened,
): Pick<Message, 'subject' | 'text'> {
  const [subject, ...paragraphs] = words[language ?? 'en'](opened);
  return { subject, text: `${paragraphs.join('\n\n')}\n` };
}
