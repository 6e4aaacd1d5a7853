import { languages, type Threat, threatKinds, threatSeverities } from '@stroma/contracts';
import { expect, it } from 'vitest';
import { blockedTold, threatTold } from './threat-words.ts';

const threat = (part: Partial<Threat>): Threat =>
  ({
    threat_id: 'thr_1',
    kind: 'credential_stuffing',
    severity: 'high',
    last_at: '2026-11-21T10:00:00.000Z',
    actor: { id: 'usr_1', name: 'Ada' },
    address: '192.0.2.7',
    actions: ['mail_sent', 'account_blocked'],
    ...part,
  }) as Threat;

it('is told in the language of who reads it, with who, from where, and where to look', () => {
  const page = 'https://stroma.example/admin/security?threat=thr_1';
  for (const kind of threatKinds)
    for (const severity of threatSeverities) {
      const [english, german] = languages.map((each) =>
        threatTold(each, threat({ kind, severity }), page, 15),
      );
      expect(threatTold(null, threat({ kind, severity }), page, 15)).toEqual(english);
      expect(german?.subject).not.toBe(english?.subject);
      for (const told of [english, german])
        for (const word of ['Ada', '192.0.2.7', page, '15', '2026-11-21']) expect(told?.text).toContain(word);
    }
  expect(threatTold('de', threat({}), page, 15).text).toContain('Das Konto wurde für eine Zeit gesperrt.');
});

it('tells who was shut out until when, and whom to ask', () => {
  const until = new Date('2026-11-21T11:00:00.000Z');
  expect(blockedTold(null, until).subject).toBe('Your account was blocked');
  expect(blockedTold('de', until)).toMatchObject({
    subject: 'Ihr Konto wurde gesperrt',
    text: expect.stringContaining(until.toISOString()),
  });
});
