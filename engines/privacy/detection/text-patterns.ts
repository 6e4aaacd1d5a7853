import * as check from './checksums.ts';
import type { IdentifierKind } from './kinds.ts';
import { likelyName } from './names-in-text.ts';
import { stateCodes } from './places.ts';

interface TextPattern {
  kind: IdentifierKind;
  pattern: RegExp;
  confidence: number;
  reason: string;
  /** The group that is the identifier; the whole match when absent. */
  group?: number;
  holds?(found: string): boolean;
}

const pattern = (
  kind: IdentifierKind,
  confidence: number,
  reason: string,
  regex: RegExp,
  more: Pick<TextPattern, 'group' | 'holds'> = {},
): TextPattern => ({ kind, pattern: regex, confidence, reason, ...more });

const W = "\\p{Lu}[\\p{L}'’-]+";
const nameRun = `${W}(?:[ ](?:van|von|de|der|den|la|di|da|del|el|bin|al|zu)(?=[ ]))*(?:[ ](?:\\p{Lu}\\.|${W})){0,3}`;
const after = '(?:[ ]?(?:number|num|no|nr|id|#)\\.?)?[ ]?(?:[:#=]|is|was)?[ ]?#?[ ]?';
const code = '((?=[A-Z0-9-]*\\d)[A-Z0-9][A-Z0-9-]{3,24})\\b';

/** As cards print them, in groups. */
const inGroups =
  '((?=[A-Z0-9-]*\\d)[A-Z0-9][A-Z0-9-]{2,24}(?:[ ](?=[A-Z0-9-]*\\d)[A-Z0-9-]{3,9}\\b){0,4})\\b';

const coded = (kind: IdentifierKind, words: string, reason: string, form = code): TextPattern =>
  pattern(kind, 0.95, reason, new RegExp(`(?<![\\p{L}\\d])(?:${words})${after}${form}`, 'giu'), {
    group: 1,
  });

const streetWord =
  'Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace|Circle|Cir|Parkway|Pkwy|Highway|Hwy|Square|Trail|Close|Crescent|Row|Loop|Alley|Turnpike|Pike|Plaza|Mews|Grove|Gardens';

/** Eight groups, or fewer around one `::`. RFC 4291, section 2.2. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 1 ? groups.length === 8 : groups.length >= 3 && groups.length <= 7;
}

/** Forms that point to persons by themselves, or by the word before them. */
export const textPatterns: readonly TextPattern[] = [
  pattern(
    'email',
    0.99,
    'form of an e-mail address',
    /[^\s@<>()[\],;:"']{1,64}@[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}/gu,
  ),
  pattern(
    'url',
    0.97,
    'form of a web address',
    /\b(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"')\]]+[^\s<>"')\].,;]/gi,
  ),
  pattern(
    'ip_address',
    0.95,
    'form of an IPv4 address',
    /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]\d)/g,
  ),
  pattern(
    'ip_address',
    0.95,
    'form of an IPv6 address',
    /(?<![\p{L}\d:.])(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{6,39}(?![\p{L}\d:])/giu,
    { holds: isIpv6 },
  ),
  pattern(
    'unique_code',
    0.97,
    'form of a universally unique identifier',
    /(?<![\da-f-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\da-f-])/gi,
  ),
  pattern('device', 0.97, 'form of a MAC address', /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/gi),
  pattern(
    'social_security',
    0.97,
    'form of a social security number',
    /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/g,
    { holds: (text) => check.socialSecurity(check.bare(text)) },
  ),
  pattern(
    'social_security',
    0.95,
    'named as a social security number',
    /\b(?:SSN|social security(?: number)?)[ ]?(?:[:#=]|is)?[ ]?(\d{3}[- ]?\d{2}[- ]?\d{4})\b/gi,
    { group: 1 },
  ),
  pattern(
    'account',
    0.99,
    'IBAN with valid check digits',
    /\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b/g,
    { holds: (text) => check.iban(check.bare(text)) },
  ),
  pattern(
    'account',
    0.96,
    'payment card number with a valid check digit',
    /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g,
    { holds: (text) => check.paymentCard(check.bare(text)) },
  ),
  pattern(
    'vehicle',
    0.97,
    'vehicle identification number with a valid check digit',
    /\b[A-HJ-NPR-Z0-9]{17}\b/g,
    { holds: check.vin },
  ),
  pattern(
    'national_id',
    0.9,
    'NHS number with a valid check digit',
    /(?<!\d)\d{3}[ -]\d{3}[ -]\d{4}(?!\d)/g,
    { holds: (text) => check.nhsNumber(check.bare(text)) && !/^\d{3}-\d{3}-\d{4}$/.test(text) },
  ),
  pattern(
    'national_id',
    0.96,
    'national number with a valid check character',
    /\b(?:[XYZ\d]\d{7}[A-Z]|[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z])\b/g,
    { holds: (text) => check.spanishDni(text) || check.codiceFiscale(text) },
  ),
  pattern(
    'national_id',
    0.95,
    'Finnish personal code with a valid check character',
    /\b\d{6}[-+A]\d{3}[0-9A-Y]\b/g,
    { holds: check.hetu },
  ),
  pattern('national_id', 0.9, 'long number with valid national check digits', /(?<!\d)\d{11}(?!\d)/g, {
    holds: (text) =>
      check.steuerId(text) ||
      check.pesel(text) ||
      check.cpf(text) ||
      check.fodselsnummer(text) ||
      check.belgianNational(text),
  }),
  coded(
    'national_id',
    'NHS|national insurance|national id(?:entity)?|tax id|Steuer-?ID|Steuernummer|passport|Reisepass|BSN|PESEL|CPR|personnummer|NINO|identity card',
    'named as a national number',
  ),
  coded(
    'medical_record',
    'MRN|med(?:ical)?\\.? rec(?:ord)?s?|record|chart|hospital|patient(?:en)?(?:-?(?:nr|nummer))?|Pat\\.-?Nr|Fall(?:-?(?:nr|nummer))|case|accession|encounter|visit|specimen',
    'named as a record number',
  ),
  coded(
    'health_plan',
    'health plan|insurance|policy|member|beneficiary|medicare|medicaid|subscriber|group|MBI|HICN|Versicherten(?:-?(?:nr|nummer))?|KVNR',
    'named as a health plan number',
    inGroups,
  ),
  coded(
    'account',
    'account|acct|a/c|IBAN|credit card|card|Konto(?:-?(?:nr|nummer))?|routing',
    'named as an account',
    inGroups,
  ),
  coded(
    'certificate',
    "(?:driver'?s? |medical |nursing |professional )?licen[cs]e|certificate|cert|NPI|DEA|Führerschein|LANR|registration",
    'named as a licence or certificate',
  ),
  coded(
    'vehicle',
    '(?:licen[cs]e |number |registration )?plate|VIN|vehicle|car|Kennzeichen',
    'named as a vehicle or plate',
  ),
  coded(
    'device',
    '(?:device |pacemaker |pump |implant |unit )?serial|S/N|SN|device|implant|pacemaker|IMEI|UDI|Seriennummer|lot',
    'named as a device or serial number',
  ),
  pattern(
    'biometric',
    0.95,
    'named as a biometric record',
    new RegExp(
      `(?<![\\p{L}\\d])(?:fingerprint|voiceprint|palm ?print|retina(?:l)? scan|iris(?: scan| code)?|biometric|face|facial)(?: (?:template|embedding|record|hash|code))?${after}((?=[\\w+/=-]*\\d)[\\w+/=-]{4,})`,
      'giu',
    ),
    { group: 1 },
  ),
  pattern(
    'vehicle',
    0.85,
    'form of a German licence plate',
    /(?<![\p{L}\d])[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ ]?\d{2,4}[EH]?(?![\p{L}\d-])/gu,
    {
      holds: (text) =>
        !/^(?:IL|COX|HLA|CD|T|B|H|SARS|MIR|VIT|IGF|TNF|GLP|PD|BRCA|HPV|HIV|HCV|HBV|CT|MRI|EKG|ICD|COVID|P|X|Q)-/.test(
          text,
        ),
    },
  ),
  pattern('photo', 0.9, 'picture file', /\b[\w-]+\.(?:jpe?g|png|heic|tiff?|bmp|dcm)\b/gi),
  pattern(
    'fax',
    0.97,
    'number after the word fax',
    /\b(?:tele)?fax(?: (?:number|no|nr))?\.?[ ]?[:#]?[ ]?((?:\+?\d{1,3}[ .-]?)?\(?\d{2,5}\)?(?:[ ./-]?\d{2,5}){1,4})/gi,
    { group: 1 },
  ),
  pattern(
    'phone',
    0.95,
    'form of a telephone number',
    /(?<![\d-])(?:\+?1[-. ])?(?:\(\d{3}\)[ ]?|\d{3}[-.])\d{3}[-.]\d{4}(?:[ ]?(?:x|ext\.?)[ ]?\d{1,5})?(?![\d-])/g,
  ),
  pattern(
    'phone',
    0.93,
    'form of an international telephone number',
    /(?<![\d\p{L}])\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?!\d)/gu,
  ),
  pattern(
    'phone',
    0.93,
    'number after a word for telephone',
    /\b(?:telephone|telefon|phone|tel|mobile|cell|pager|handy|mobil|ph|beeper)(?: (?:number|no|nr))?\.?[ ]?(?:[:#]|is|at)?[ ]?(\(?\+?\d[\d ()./-]{5,17}\d)/gi,
    { group: 1 },
  ),
  pattern(
    'street_address',
    0.95,
    'form of a street address',
    new RegExp(
      `(?<![\\d.])\\d{1,6}[A-Z]?[ ](?:[NSEW]\\.?[ ])?(?:${W}[ ]|\\d{1,3}(?:st|nd|rd|th)[ ]){1,4}(?:${streetWord})\\b\\.?(?:,?[ ](?:Apt|Apartment|Suite|Ste|Unit|#)\\.?[ ]?[\\w-]+)?`,
      'gu',
    ),
  ),
  pattern(
    'street_address',
    0.93,
    'form of a street address',
    /\p{Lu}[\p{L}.-]*(?:[ ]\p{Lu}[\p{L}.-]*)?(?:straße|strasse|str\.|weg|allee|platz|gasse|[ ]Straße|[ ]Allee|[ ]Platz|[ ]Ring)[ ]\d{1,4}[ ]?[a-z]?(?!\p{L})/gu,
  ),
  pattern('street_address', 0.93, 'post office box', /\bP\.?[ ]?O\.?[ ]?Box[ ]\d+\b/gi),
  pattern(
    'postal_code',
    0.95,
    'code after a state',
    new RegExp(`\\b(?:${[...stateCodes].join('|')})[ ,]+(\\d{5}(?:-\\d{4})?)(?!\\d)`, 'g'),
    { group: 1 },
  ),
  pattern(
    'postal_code',
    0.9,
    'code named as postal',
    /\b(?:zip(?: code)?|postal code|postcode|PLZ)[ :]+([A-Z0-9][A-Z0-9 -]{2,8}[A-Z0-9])\b/gi,
    { group: 1, holds: (text) => /\d/.test(text) },
  ),
  pattern('postal_code', 0.85, 'form of a British postcode', /\b[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b/g),
  pattern('postal_code', 0.8, 'German code before a place', new RegExp(`(?<!\\d)(\\d{5})[ ](?=${W})`, 'gu'), {
    group: 1,
    holds: (text) => !text.startsWith('00'),
  }),
  pattern(
    'city',
    0.9,
    'place before a state',
    new RegExp(`(${W}(?:[ ]${W}){0,2}),[ ](?=(?:${[...stateCodes].join('|')})\\b)`, 'gu'),
    { group: 1 },
  ),
  pattern(
    'city',
    0.85,
    'place after a German postal code',
    new RegExp(`(?<!\\d)\\d{5}[ ](${W}(?:[ ]am[ ]${W})?)`, 'gu'),
    { group: 1 },
  ),
  pattern(
    'city',
    0.8,
    'place after a word for living somewhere',
    new RegExp(
      `\\b(?:lives? in|living in|resid(?:es|ing|ent) (?:in|of)|born in|moved (?:to|from)|hometown(?: of)?|wohnhaft in|wohnt in|aus|native of|travel(?:led|ed)? (?:to|from)) (${W}(?:[ ]${W})?)`,
      'gu',
    ),
    { group: 1, holds: (text) => text.length > 3 },
  ),
  pattern('county', 0.9, 'a county', new RegExp(`${W}(?:[ ]${W})?[ ](?:County|Parish|Borough)\\b`, 'gu')),
  pattern(
    'facility',
    0.85,
    'a named hospital or practice',
    new RegExp(
      `(?:${W}[ ](?:of[ ])?|St\\.[ ]){1,4}(?:Hospital|Clinic|Medical Center|Medical Centre|Health Center|Infirmary|Hospice|Nursing Home|Rehabilitation Center|Klinikum|Krankenhaus|Klinik)\\b`,
      'gu',
    ),
  ),
  pattern(
    'age',
    0.95,
    'an age over 89',
    /\b(9\d|1[0-2]\d)[- ]?(?:year|yr|y\/o|yo\b|years?[- ]old|jahre|-jährig|jährig)/gi,
    { group: 1 },
  ),
  pattern('age', 0.9, 'an age over 89', /\b(?:aged?|age of|Alter)[ :]+(9\d|1[0-2]\d)\b/gi, { group: 1 }),
  pattern(
    'name',
    0.96,
    'name after a title',
    new RegExp(
      `\\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|Herrn?|Frau|Sir|Professor|Doctor|Nurse|Schwester|Pfleger|Hr|Fr)\\.?[ ](?:(?:Dr|Prof|med)\\.[ ])*(${nameRun})`,
      'gu',
    ),
    { group: 1 },
  ),
  pattern(
    'name',
    0.95,
    'name after a word for a person',
    new RegExp(
      `(?<![\\p{L}])(?:[Pp]atient(?:in)?(?: name)?|[Nn]ame|[Pp]t|PCP|[Aa]ttending|[Pp]hysician|[Ss]urgeon|[Rr]eferred by|[Ss]igned(?: by)?|[Dd]ictated by|[Ss]eeing|[Cc]ontact|[Nn]ext of kin|[Dd]aughter|[Ss]on|[Ww]ife|[Hh]usband|[Mm]other|[Ff]ather|[Bb]rother|[Ss]ister|[Pp]artner|[Cc]aregiver|[Gg]uardian|[Ee]hefrau|[Ee]hemann|[Tt]ochter|[Ss]ohn|[Mm]utter|[Vv]ater)(?:[ ]?[:=]|,| is| named| called)?[ ](${nameRun})`,
      'gu',
    ),
    { group: 1, holds: (text) => likelyName(text) },
  ),
];
