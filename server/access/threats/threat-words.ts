import type { Language, Threat } from '@stroma/contracts';
import type { Message } from '../../platform/mail/mail.ts';

interface Words {
  kinds: Record<Threat['kind'], string>;
  severities: Record<Threat['severity'], string>;
  done: Partial<Record<Threat['actions'][number], string>>;
  when: string;
  who: string;
  from: string;
  see(page: string): string;
  further(minutes: number): string;
  blocked(until: string): readonly [subject: string, ...paragraphs: string[]];
}

const words: Record<Language, Words> = {
  en: {
    kinds: {
      impossible_travel: 'Impossible travel',
      credential_stuffing: 'Credential stuffing',
      unusual_export: 'Unusual export volume',
      privilege_escalation: 'Attempts to do more than is allowed',
      prompt_injection: 'Prompt injection',
    },
    severities: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
    done: {
      step_up_required: 'The session goes on once its person has proven again who they are.',
      sessions_ended: 'The sessions of the account were ended.',
      account_blocked: 'The account was blocked for a time.',
      key_blocked: 'The API key was blocked for a time.',
      address_blocked: 'The address was blocked for a time.',
      kept_open_last_administrator: 'Nothing was blocked: it is the only administrator.',
      kept_open_trusted_address: 'Nothing was blocked: the address is trusted.',
      question_refused: 'The question was refused.',
      answered_without_model: 'The question was answered without the language model.',
    },
    when: 'When',
    who: 'Who',
    from: 'From',
    see: (page) => `See Admin > Security in Stroma: ${page}`,
    further: (minutes) => `Further threats of the next ${minutes} minutes are shown there and not mailed.`,
    blocked: (until) => [
      'Your account was blocked',
      `Something unusual was done with your account, so its sessions were ended and it is blocked until ${until}.`,
      'If it was you, ask an administrator to unblock it under Admin > Security. If it was not you, tell them at once and change your password afterwards.',
    ],
  },
  de: {
    kinds: {
      impossible_travel: 'Unmögliche Reise',
      credential_stuffing: 'Ausprobieren von Zugangsdaten',
      unusual_export: 'Ungewöhnlich viel ausgeführt',
      privilege_escalation: 'Versuch, mehr zu dürfen',
      prompt_injection: 'Eingeschleuste Anweisungen',
    },
    severities: { low: 'gering', medium: 'mittel', high: 'hoch', critical: 'kritisch' },
    done: {
      step_up_required: 'Die Sitzung geht weiter, sobald die Person erneut nachgewiesen hat, wer sie ist.',
      sessions_ended: 'Die Sitzungen des Kontos wurden beendet.',
      account_blocked: 'Das Konto wurde für eine Zeit gesperrt.',
      key_blocked: 'Der API-Schlüssel wurde für eine Zeit gesperrt.',
      address_blocked: 'Die Adresse wurde für eine Zeit gesperrt.',
      kept_open_last_administrator: 'Nichts wurde gesperrt: Es ist die einzige Administration.',
      kept_open_trusted_address: 'Nichts wurde gesperrt: Der Adresse wird vertraut.',
      question_refused: 'Die Frage wurde abgewiesen.',
      answered_without_model: 'Die Frage wurde ohne das Sprachmodell beantwortet.',
    },
    when: 'Wann',
    who: 'Wer',
    from: 'Von',
    see: (page) => `Siehe Verwaltung > Sicherheit in Stroma: ${page}`,
    further: (minutes) =>
      `Weitere Bedrohungen der nächsten ${minutes} Minuten stehen dort und werden nicht gemailt.`,
    blocked: (until) => [
      'Ihr Konto wurde gesperrt',
      `Mit Ihrem Konto geschah etwas Ungewöhnliches. Seine Sitzungen wurden beendet, und es ist bis ${until} gesperrt.`,
      'Waren Sie es, bitten Sie Ihre Verwaltung, es unter Verwaltung > Sicherheit zu öffnen. Waren Sie es nicht, sagen Sie es sofort und ändern Sie danach Ihr Passwort.',
    ],
  },
};

type Told = Pick<Message, 'subject' | 'text'>;

/** What those who may close threats are told of one. */
export function threatTold(
  language: Language | null,
  threat: Threat,
  page: string,
  mailMinutes: number,
): Told {
  const { kinds, severities, done, when, who, from, see, further } = words[language ?? 'en'];
  const kind = kinds[threat.kind];
  const severity = severities[threat.severity];
  const text = [
    `${kind}, ${severity}.`,
    '',
    `${when}: ${threat.last_at}`,
    ...(threat.actor === null ? [] : [`${who}: ${threat.actor.name}`]),
    ...(threat.address === null ? [] : [`${from}: ${threat.address}`]),
    ...threat.actions.flatMap((action) => done[action] ?? []),
    '',
    see(page),
    further(mailMinutes),
    '',
  ].join('\n');
  return { subject: `${kind} (${severity})`, text };
}

/** So that a person who is shut out knows why, and whom to ask. */
export function blockedTold(language: Language | null, until: Date): Told {
  const [subject, ...paragraphs] = words[language ?? 'en'].blocked(until.toISOString());
  return { subject, text: `${paragraphs.join('\n\n')}\n` };
}
