import type { ComplianceStandard } from '@stroma/contracts';

/** A control in German: its title, and what is left to the organisation. */
type German = readonly [title: string, organisation?: string];

export const germanTitles: Readonly<Record<ComplianceStandard, string>> = {
  hipaa: 'HIPAA Security Rule (45 CFR Part 164)',
  gdpr: 'Datenschutz-Grundverordnung (EU) 2016/679',
  soc2: 'SOC 2 (AICPA Trust Services Criteria)',
  part11: '21 CFR Part 11 (elektronische Aufzeichnungen, elektronische Unterschriften)',
};

/** By clause. */
export const german: Readonly<Record<string, German>> = {
  '45 CFR 164.308(a)(1)(ii)(A)': [
    'Risikoanalyse',
    'Bewerten Sie die Risiken für elektronische Gesundheitsdaten der ganzen Organisation, halten Sie das Ergebnis fest und wiederholen Sie es, wenn sich etwas ändert.',
  ],
  '45 CFR 164.308(a)(1)(ii)(D)': [
    'Durchsicht der Vorgänge im System',
    'Bestimmen Sie, wer das Protokoll liest, wie oft, und was mit Funden geschieht.',
  ],
  '45 CFR 164.308(a)(2)': [
    'Zugewiesene Verantwortung für Sicherheit',
    'Benennen Sie schriftlich, wer für die Sicherheit verantwortlich ist.',
  ],
  '45 CFR 164.308(a)(3)': [
    'Sicherheit des Personals',
    'Ermächtigen, beaufsichtigen und überprüfen Sie Personal; nehmen Sie Konten am Tag des Ausscheidens.',
  ],
  '45 CFR 164.308(a)(4)': [
    'Verwaltung des Zugriffs auf Informationen',
    'Schreiben Sie auf, wer worauf zugreifen darf, und warum.',
  ],
  '45 CFR 164.308(a)(5)(i)': [
    'Bewusstsein und Schulung',
    'Schulen Sie alle, die mit Gesundheitsdaten arbeiten, und bewahren Sie den Nachweis auf.',
  ],
  '45 CFR 164.308(a)(5)(ii)(C)': ['Überwachung der Anmeldungen'],
  '45 CFR 164.308(a)(5)(ii)(D)': ['Umgang mit Passwörtern'],
  '45 CFR 164.308(a)(6)': [
    'Verfahren bei Sicherheitsvorfällen',
    'Führen Sie ein Verfahren für Vorfälle, befolgen Sie es und schreiben Sie auf, wie jeder endete.',
  ],
  '45 CFR 164.308(a)(7)(ii)(A)': ['Plan für Datensicherungen'],
  '45 CFR 164.308(a)(7)(ii)(D)': [
    'Erprobung und Überarbeitung der Notfallpläne',
    'Proben Sie den ganzen Plan, nicht die Sicherung allein.',
  ],
  '45 CFR 164.308(b)(1)': [
    'Verträge mit Geschäftspartnern',
    'Schließen Sie Verträge mit allen, die Gesundheitsdaten für Sie verarbeiten, Anbieter von Hosting und Sprachmodellen eingeschlossen.',
  ],
  '45 CFR 164.310': [
    'Physische Schutzmaßnahmen',
    'Schützen Sie Räume, Arbeitsplätze und Datenträger, und entsorgen Sie Datenträger so, dass nichts mehr lesbar ist.',
  ],
  '45 CFR 164.312(a)(1)': ['Zugriffskontrolle'],
  '45 CFR 164.312(a)(2)(i)': ['Eindeutige Kennung der Personen', 'Verbieten Sie geteilte Konten.'],
  '45 CFR 164.312(a)(2)(ii)': ['Verfahren für den Notfallzugriff'],
  '45 CFR 164.312(a)(2)(iii)': ['Selbsttätige Abmeldung'],
  '45 CFR 164.312(a)(2)(iv)': ['Ver- und Entschlüsselung'],
  '45 CFR 164.312(b)': ['Protokollierung'],
  '45 CFR 164.312(c)(1)': ['Unversehrtheit'],
  '45 CFR 164.312(d)': ['Nachweis der Person oder Stelle'],
  '45 CFR 164.312(e)(1)': ['Sicherheit der Übertragung'],
  '45 CFR 164.316(b)(2)(i)': [
    'Aufbewahrung der Dokumentation',
    'Bewahren Sie Richtlinien und Verfahren sechs Jahre ab dem Ende ihrer Geltung auf.',
  ],
  '45 CFR 164.514(b)': [
    'Entfernen des Personenbezugs',
    'Entscheiden Sie, welches der beiden Verfahren gilt, und lassen Sie beim ersten das Risiko von einer sachkundigen Person bestimmen.',
  ],

  'GDPR Art. 5(1)(c)': ['Datenminimierung', 'Erheben Sie nicht mehr, als der Zweck braucht.'],
  'GDPR Art. 5(1)(e)': ['Speicherbegrenzung', 'Setzen Sie jede Frist nach dem Zweck, und sagen Sie, warum.'],
  'GDPR Art. 5(2)': ['Rechenschaftspflicht'],
  'GDPR Art. 6': ['Rechtmäßigkeit der Verarbeitung', 'Nennen Sie die Rechtsgrundlage jeder Verarbeitung.'],
  'GDPR Art. 7': [
    'Bedingungen für die Einwilligung',
    'Fassen Sie das Ersuchen um Einwilligung so, dass sie freiwillig, bestimmt und verständlich ist.',
  ],
  'GDPR Art. 9': [
    'Besondere Kategorien von Daten',
    'Nennen Sie die Ausnahme, die Ihnen Gesundheits- oder genetische Daten zu verarbeiten erlaubt, und kennzeichnen Sie solche Datensätze.',
  ],
  'GDPR Art. 13 and 14': [
    'Unterrichtung der Personen',
    'Sagen Sie den Personen, wer was verarbeitet, warum, wie lange, und welche Rechte sie haben.',
  ],
  'GDPR Art. 15': ['Auskunftsrecht', 'Antworten Sie binnen eines Monats; prüfen Sie, wer fragt.'],
  'GDPR Art. 17': ['Recht auf Löschung', 'Entscheiden Sie, was Sie nach dem Recht aufbewahren müssen.'],
  'GDPR Art. 25': ['Datenschutz durch Technikgestaltung und Voreinstellungen'],
  'GDPR Art. 28': ['Auftragsverarbeiter', 'Schließen Sie Verträge mit allen, die für Sie verarbeiten.'],
  'GDPR Art. 30': [
    'Verzeichnis von Verarbeitungstätigkeiten',
    'Führen Sie das Verzeichnis selbst: Zwecke, Kategorien, Empfänger, Übermittlungen.',
  ],
  'GDPR Art. 32(1)(a)': ['Pseudonymisierung und Verschlüsselung'],
  'GDPR Art. 32(1)(b)': ['Vertraulichkeit, Integrität und Belastbarkeit'],
  'GDPR Art. 32(1)(c)': ['Wiederherstellung der Verfügbarkeit'],
  'GDPR Art. 32(1)(d)': ['Regelmäßige Überprüfung der Maßnahmen', 'Prüfen Sie auch, was keine Software ist.'],
  'GDPR Art. 33 and 34': [
    'Meldung von Verletzungen',
    'Melden Sie der Aufsichtsbehörde binnen 72 Stunden, und den Personen, wo ihr Risiko hoch ist.',
  ],
  'GDPR Art. 35': [
    'Datenschutz-Folgenabschätzung',
    'Nehmen Sie sie vor, bevor Sie Gesundheitsdaten in großem Umfang verarbeiten.',
  ],
  'GDPR Art. 37': ['Datenschutzbeauftragte', 'Benennen Sie jemanden, wo das Recht es verlangt.'],
  'GDPR Art. 44': [
    'Übermittlung in Drittländer',
    'Wissen Sie, wo diese Installation, ihre Sicherungen und ihr Sprachmodell stehen.',
  ],

  'TSC CC1.1 to CC1.5': [
    'Kontrollumfeld',
    'Zeigen Sie Integrität, Aufsicht, Aufbau, Befähigung und Verantwortung der Organisation.',
  ],
  'TSC CC2.1': ['Güte der Informationen'],
  'TSC CC3.1 to CC3.4': [
    'Risikobewertung',
    'Nennen Sie Ziele, finden und bewerten Sie Risiken, Betrug und Veränderung eingeschlossen.',
  ],
  'TSC CC4.1': ['Überwachung', 'Bewerten Sie Kontrollen regelmäßig, einige durch jemand Unabhängigen.'],
  'TSC CC5.3': [
    'Richtlinien und Verfahren',
    'Fassen Sie Kontrollen in schriftliche Richtlinien und befolgen Sie sie.',
  ],
  'TSC CC6.1': ['Sicherheit des logischen Zugriffs'],
  'TSC CC6.2': ['Aufnahme und Entfernung von Personen'],
  'TSC CC6.3': ['Rollen und geringste Rechte'],
  'TSC CC6.4': ['Physischer Zutritt', 'Beschränken Sie, wer Räume mit Systemen und Datenträgern betritt.'],
  'TSC CC6.5': ['Entsorgung', 'Machen Sie Datenträger unlesbar, bevor sie das Haus verlassen.'],
  'TSC CC6.6': ['Bedrohungen von außen'],
  'TSC CC6.7': ['Daten in Bewegung'],
  'TSC CC6.8': [
    'Unbefugte Software',
    'Bestimmen Sie, was auf Maschinen installiert ist und wer es ändern darf.',
  ],
  'TSC CC7.1': [
    'Finden von Schwachstellen',
    'Prüfen Sie Maschinen und Abhängigkeiten, und handeln Sie nach den Funden.',
  ],
  'TSC CC7.2': ['Beobachtung auf Auffälliges'],
  'TSC CC7.3 to CC7.4': ['Antwort auf Vorfälle', 'Führen und proben Sie einen Plan für Vorfälle.'],
  'TSC CC7.5': ['Wiederherstellung'],
  'TSC CC8.1': [
    'Änderungswesen',
    'Genehmigen, prüfen und geben Sie Änderungen der Installation und ihrer Einstellungen frei.',
  ],
  'TSC CC9.2': ['Lieferanten', 'Bewerten und beobachten Sie Lieferanten und Partner.'],
  'TSC A1.2': ['Verfügbarkeit: Sicherung und Wiederherstellung'],
  'TSC C1.1': ['Vertrauliches ist gekennzeichnet'],
  'TSC C1.2': ['Vertrauliches wird entsorgt'],
  'TSC PI1.5': ['Unversehrte Verarbeitung: was gespeichert ist'],
  'TSC P4.2': ['Privatsphäre: Aufbewahrung'],
  'TSC P5.1': ['Privatsphäre: Auskunft an Personen', 'Antworten Sie Personen, die fragen.'],

  '21 CFR 11.10(a)': [
    'Validierung der Systeme',
    'Validieren Sie diese Installation für ihren Einsatzzweck und bewahren Sie den Nachweis auf.',
  ],
  '21 CFR 11.10(b)': [
    'Kopien für die Inspektion',
    'Proben Sie die Herausgabe: Datensätze, Unterschriften und Protokoll als CSV, JSON und Parquet.',
  ],
  '21 CFR 11.10(c)': ['Schutz der Aufzeichnungen'],
  '21 CFR 11.10(d)': ['Beschränkung des Systemzugangs'],
  '21 CFR 11.10(e)': ['Prüfpfade', 'Halten Sie die Uhr der Maschine richtig.'],
  '21 CFR 11.10(f)': [
    'Prüfung der Abläufe',
    'Bestimmen Sie, welche Reihenfolge von Schritten erzwungen sein muss, und prüfen Sie, dass sie es ist.',
  ],
  '21 CFR 11.10(g)': ['Prüfung der Befugnis'],
  '21 CFR 11.10(h)': ['Prüfung der Geräte', 'Bestimmen Sie, welche Datenquellen gültig sind.'],
  '21 CFR 11.10(i)': [
    'Ausbildung, Schulung und Erfahrung',
    'Bewahren Sie den Nachweis auf, dass alle geschult sind, die das System entwickeln, pflegen oder benutzen.',
  ],
  '21 CFR 11.10(j)': [
    'Verantwortung für Unterschriften',
    'Verpflichten Sie Personen schriftlich auf das, was sie unter ihrer elektronischen Unterschrift tun.',
  ],
  '21 CFR 11.10(k)': [
    'Lenkung der Dokumentation',
    'Lenken Sie, wer die Dokumentation des Systems und ihre Fassungen bekommt.',
  ],
  '21 CFR 11.30': ['Offene Systeme', 'Entscheiden Sie, ob diese Installation ein offenes System ist.'],
  '21 CFR 11.50': ['Erscheinung der Unterschriften'],
  '21 CFR 11.70': ['Bindung der Unterschriften an Aufzeichnungen'],
  '21 CFR 11.100(a)': ['Unterschriften nur einer Person', 'Geben Sie ein Konto niemals jemand anderem.'],
  '21 CFR 11.100(b)': ['Die Identität ist geprüft', 'Prüfen Sie, wer jemand ist, bevor es ein Konto gibt.'],
  '21 CFR 11.100(c)': [
    'Erklärung gegenüber der Behörde',
    'Erklären Sie der FDA, dass Ihre elektronischen Unterschriften binden sollen wie handschriftliche.',
  ],
  '21 CFR 11.200(a)': ['Bestandteile der Unterschrift'],
  '21 CFR 11.300(a)': ['Eindeutigkeit der Kennung'],
  '21 CFR 11.300(b)': ['Regelmäßige Prüfung der Zugangsdaten'],
  '21 CFR 11.300(c)': [
    'Umgang mit Verlust',
    'Setzen Sie verlorene oder gestohlene Geräte und Schlüssel sofort außer Kraft.',
  ],
  '21 CFR 11.300(d)': ['Schutz vor unbefugter Nutzung'],
  '21 CFR 11.300(e)': [
    'Prüfung der Geräte',
    'Prüfen Sie Token und Karten vor dem ersten Gebrauch und regelmäßig.',
  ],
};
