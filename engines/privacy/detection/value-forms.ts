import * as check from './checksums.ts';
import { isDay } from './dates.ts';
import type { IdentifierKind } from './kinds.ts';
import { nameLikeness } from './names.ts';
import { isCity } from './places.ts';

/**
 * A form that values of one kind have. `strength` is how much a column full of it says by itself: a form with a check
 * digit or a syntax of its own much, a run of digits little. `chance`: the share of arbitrary values of the same
 * alphabet and length that pass by accident; a column counts only where far more pass.
 */
export interface ValueForm {
  kind: IdentifierKind;
  what: string;
  strength: number;
  chance: number;
  matches(value: string): boolean;
}

const form = (
  kind: IdentifierKind,
  what: string,
  strength: number,
  matches: (value: string) => boolean,
  chance = 0,
): ValueForm => ({ kind, what, strength, chance, matches });
const like =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value.trim());

const street =
  /^(?:\d{1,6}[A-Za-z]?(?:[-/]\d+)? +(?:[NSEW]\.? +)?(?:[\p{L}'.-]+ +){1,5}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|way|place|pl|terrace|ter|circle|cir|parkway|pkwy|highway|hwy|square|sq|trail|trl|close|crescent|gardens|grove|loop|alley|path|walk|row|mews|plaza|bend|cove|crossing|drives?|estates?|extension|falls?|ferry|field|fields|flats?|ford|fords?|forest|forge|fork|forks|fort|freeway|garden|gateway|glen|glens|green|greens|harbor|haven|heights|hill|hills|hollow|inlet|island|islands|isle|junction|key|keys|knoll|knolls|lake|lakes|land|landing|light|lights|lodge|mall|manor|manors|meadow|meadows|mill|mills|mission|motorway|mountain|mountains|neck|orchard|oval|overpass|park|parks|pass|passage|pike|pine|pines|plain|plains|point|points|port|ports|prairie|radial|ramp|ranch|rapid|rapids|rest|ridge|ridges|river|route|rue|run|shoal|shoals|shore|shores|skyway|spring|springs|spur|spurs|squares|station|stravenue|stream|streets|summit|throughway|trace|track|trafficway|tunnel|turnpike|underpass|union|unions|valley|valleys|via|viaduct|view|views|village|villages|ville|vista|walks|wall|ways|well|wells)\.?(?:[ ,]+(?:apt|suite|ste|unit|floor|fl|#)\.? ?[\w-]+)?|\p{L}[\p{L}. -]*(?:straße|strasse|str\.|weg|allee|platz|gasse|ring|damm|ufer|steig|chaussee|hof|graben|park) +\d{1,4} ?[a-z]?|(?:rue|avenue|boulevard|chemin|place|via|viale|piazza|calle|avenida|plaza|paseo|carrera)\.? [\p{L}' .-]+,? +\d{1,5}|\d{1,5},? (?:bis |ter )?(?:rue|avenue|boulevard|chemin|place|allée|quai|impasse|passage) [\p{L}' .-]+|p\.? ?o\.? box \d+)(?:,.*)?$/iu;

export const valueForms: readonly ValueForm[] = [
  form('email', 'e-mail addresses', 0.99, like(/^[^\s@<>]{1,64}@[^\s@<>]+\.[\p{L}]{2,}$/u)),
  form('url', 'web addresses', 0.95, like(/^(?:https?|ftp):\/\/[^\s]+$|^www\.[^\s.]+\.[^\s]+$/i)),
  form(
    'ip_address',
    'IPv4 addresses',
    0.95,
    like(/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\/\d{1,2})?$/),
  ),
  form(
    'ip_address',
    'IPv6 addresses',
    0.95,
    like(/^(?=.*::|(?:[^:]+:){7}[^:]+$)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}$/i),
  ),
  form('device', 'MAC addresses', 0.95, like(/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i)),
  form('device', 'IMEI numbers with a valid check digit', 0.8, (value) => check.imei(check.bare(value)), 0.1),
  form('device', 'unique device identifiers with a valid check digit', 0.97, (value) =>
    check.gs1(/^\(01\)(\d{14})(\(\d{2}\)[\w-]+)*$/.exec(value.trim())?.[1] ?? ''),
  ),
  form(
    'social_security',
    'social security numbers, written with dashes',
    0.95,
    (value) => /^\d{3}-\d{2}-\d{4}$/.test(value.trim()) && check.socialSecurity(check.bare(value)),
  ),
  form(
    'social_security',
    'numbers that could be social security numbers',
    0.3,
    (value) => /^\d{9}$/.test(value.trim()) && check.socialSecurity(value.trim()),
    0.87,
  ),
  form('account', 'IBANs with valid check digits', 0.99, (value) => check.iban(check.bare(value))),
  form(
    'account',
    'payment card numbers with a valid check digit',
    0.95,
    (value) => check.paymentCard(check.bare(value)),
    0.01,
  ),
  form(
    'account',
    'bank routing numbers with a valid check digit',
    0.5,
    (value) => check.routingNumber(value.trim()),
    0.06,
  ),
  form(
    'national_id',
    'NHS numbers with a valid check digit',
    0.85,
    (value) => check.nhsNumber(check.bare(value)),
    0.09,
  ),
  form(
    'national_id',
    'German tax numbers with a valid check digit',
    0.9,
    (value) => check.steuerId(check.bare(value)),
    0.02,
  ),
  form('national_id', 'French NIR with valid check digits', 0.99, (value) =>
    check.frenchNir(check.bare(value)),
  ),
  form(
    'national_id',
    'Spanish DNI or NIE with a valid letter',
    0.97,
    (value) => check.spanishDni(check.bare(value)),
    0.04,
  ),
  form('national_id', 'codici fiscali with a valid check character', 0.99, (value) =>
    check.codiceFiscale(check.bare(value)),
  ),
  form(
    'national_id',
    'Dutch BSN that pass the eleven test',
    0.75,
    (value) => check.dutchBsn(check.bare(value)),
    0.09,
  ),
  form(
    'national_id',
    'Belgian national numbers with valid check digits',
    0.95,
    (value) => check.belgianNational(check.bare(value)),
    0.01,
  ),
  form('national_id', 'PESEL with a valid check digit', 0.9, (value) => check.pesel(check.bare(value)), 0.02),
  form(
    'national_id',
    'Swedish personal numbers with a valid check digit',
    0.9,
    (value) => check.personnummer(value.replace(/[\s+-]/g, '')),
    0.02,
  ),
  form('national_id', 'Norwegian birth numbers with valid check digits', 0.97, (value) =>
    check.fodselsnummer(check.bare(value)),
  ),
  form('national_id', 'Finnish personal codes with a valid check character', 0.97, (value) =>
    check.hetu(value.trim()),
  ),
  form(
    'national_id',
    'Canadian social insurance numbers with a valid check digit',
    0.75,
    (value) => check.canadianSin(check.bare(value)),
    0.08,
  ),
  form(
    'national_id',
    'Brazilian CPF with valid check digits',
    0.95,
    (value) => check.cpf(check.bare(value)),
    0.01,
  ),
  form(
    'national_id',
    'Australian Medicare numbers with a valid check digit',
    0.75,
    (value) => check.medicareAustralia(check.bare(value)),
    0.05,
  ),
  form('national_id', 'Chinese resident identities with a valid check character', 0.99, (value) =>
    check.chineseResident(check.bare(value)),
  ),
  form(
    'national_id',
    'Aadhaar numbers with a valid check digit',
    0.8,
    (value) => check.aadhaar(check.bare(value)),
    0.08,
  ),
  form(
    'health_plan',
    'German health insurance numbers with a valid check digit',
    0.95,
    (value) => check.germanHealthInsurance(check.bare(value)),
    0.1,
  ),
  form('health_plan', 'Medicare beneficiary identifiers', 0.95, (value) =>
    check.medicareBeneficiary(check.bare(value)),
  ),
  form(
    'certificate',
    'provider identifiers (NPI) with a valid check digit',
    0.75,
    (value) => check.npi(value.trim()),
    0.1,
  ),
  form(
    'certificate',
    'DEA registrations with a valid check digit',
    0.95,
    (value) => check.dea(value.trim()),
    0.1,
  ),
  form(
    'vehicle',
    'vehicle identification numbers with a valid check digit',
    0.98,
    (value) => check.vin(value.trim().toUpperCase()),
    0.09,
  ),
  form(
    'phone',
    'telephone numbers',
    0.85,
    like(/^(?:\+\d{1,3}[\s.-]?)(?:\(?\d{1,5}\)?[\s./-]?){2,5}\d{2,}(?:\s?(?:x|ext\.?)\s?\d+)?$/i),
  ),
  form(
    'phone',
    'telephone numbers',
    0.85,
    like(/^(?:1[-. ])?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}(?:\s?(?:x|ext\.?)\s?\d+)?$/i),
  ),
  form('phone', 'telephone numbers', 0.7, like(/^\(?0\d{1,5}\)?[\s/-]\d{2,8}(?:[\s-]\d{2,6}){0,4}$/)),
  form('street_address', 'street addresses', 0.95, like(street)),
  form(
    'coordinates',
    'pairs of latitude and longitude',
    0.95,
    like(/^\(?[-+]?\d{1,2}\.\d{3,}[°NS]?\s?[,; ]\s?[-+]?\d{1,3}\.\d{3,}[°EW]?\)?$/),
  ),
  form('postal_code', 'ZIP+4 codes', 0.85, like(/^\d{5}-\d{4}$/)),
  form('postal_code', 'British postcodes', 0.9, like(/^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/)),
  form('postal_code', 'Canadian postcodes', 0.9, like(/^[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d$/)),
  form('postal_code', 'Dutch postcodes', 0.75, like(/^[1-9]\d{3} ?[A-Z]{2}$/)),
  form('postal_code', 'five-digit codes', 0.1, like(/^\d{5}$/), 0.5),
  form('name', 'names of persons, by lists of names', 0.95, (value) => nameLikeness(value) >= 0.7),
  form('city', 'names of cities', 0.85, isCity),
  form('date', 'days of the calendar', 0.9, isDay),
  form('photo', 'picture files', 0.75, like(/\.(?:jpe?g|png|gif|bmp|tiff?|heic|webp|dcm|dicom)$/i)),
  form('unique_code', 'UUIDs', 0.9, like(/^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i)),
];
