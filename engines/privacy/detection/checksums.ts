/** Check digits of identifiers. Every function takes digits and letters without separators; false for any other. */

/** Without spaces, dots, dashes and slashes, in capitals. */
export const bare = (text: string): string => text.replace(/[\s.\-/]/g, '').toUpperCase();

const digitsOf = (text: string): number[] => [...text].map(Number);
const isDigits = (text: string, ...lengths: number[]): boolean =>
  /^\d+$/.test(text) && lengths.includes(text.length);
const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0);

/** ISO/IEC 7812-1, annex B. */
export function luhn(text: string): boolean {
  if (!/^\d{2,}$/.test(text)) return false;
  const sum = digitsOf(text)
    .toReversed()
    .reduce((total, digit, index) => {
      const doubled = index % 2 === 1 ? digit * 2 : digit;
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return sum % 10 === 0;
}

/** Payment cards: an issuer range in use, its length, and Luhn. */
export function paymentCard(text: string): boolean {
  return (
    /^(4\d{12}(\d{3})?(\d{3})?|5[1-5]\d{14}|2(2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|3(0[0-5]|[68]\d)\d{11}|6(011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|62\d{14,17})$/.test(
      text,
    ) && luhn(text)
  );
}

const ibanLengths: Record<string, number> = {
  AD: 24,
  AE: 23,
  AT: 20,
  BE: 16,
  BG: 22,
  CH: 21,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  EE: 20,
  ES: 24,
  FI: 18,
  FR: 27,
  GB: 22,
  GR: 27,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IS: 26,
  IT: 27,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MT: 31,
  NL: 18,
  NO: 15,
  PL: 28,
  PT: 25,
  RO: 24,
  RS: 22,
  SA: 24,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  TR: 26,
  UA: 29,
};

/** ISO 13616: length by country where it is known, and ISO 7064 mod 97-10. */
export function iban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(text)) return false;
  if (text.length !== (ibanLengths[text.slice(0, 2)] ?? text.length)) return false;
  const moved = text.slice(4) + text.slice(0, 4);
  let rest = 0;
  for (const character of moved)
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

/** United States: numbers that were or can be given out. No check digit. Social Security Administration, 2011. */
export function socialSecurity(text: string): boolean {
  return isDigits(text, 9) && !/^(000|666|9)|^...00|0000$/.test(text) && !/^(\d)\1{8}$/.test(text);
}

/** England and Wales: modulus 11. NHS Data Dictionary, NHS number. */
export function nhsNumber(text: string): boolean {
  if (!isDigits(text, 10) || /^(\d)\1+$/.test(text)) return false;
  const digits = digitsOf(text);
  const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return (check === 11 ? 0 : check) === digits[9];
}

/** Germany, Identifikationsnummer: ISO 7064 mod 11,10; one digit twice or thrice among the first ten. */
export function steuerId(text: string): boolean {
  if (!isDigits(text, 11) || text.startsWith('0')) return false;
  const counts = Object.values(Object.groupBy(text.slice(0, 10), (digit) => digit)).map(
    (each) => each?.length ?? 0,
  );
  if (counts.filter((count) => count > 1).length !== 1 || Math.max(...counts) > 3) return false;
  return mod11And10(digitsOf(text));
}

function mod11And10(digits: readonly number[]): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.at(-1);
}

/** Germany, Krankenversichertennummer (health insurance): letter as two digits, weights 1 and 2. */
export function germanHealthInsurance(text: string): boolean {
  if (!/^[A-Z]\d{9}$/.test(text)) return false;
  const letter = String(text.charCodeAt(0) - 64).padStart(2, '0');
  const digits = digitsOf(letter + text.slice(1));
  const sum = digits.slice(0, 10).reduce((total, digit, index) => {
    const product = digit * (index % 2 === 0 ? 1 : 2);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return sum % 10 === digits[10];
}

/** France, NIR (numéro de sécurité sociale): 97 minus the number modulo 97. */
export function frenchNir(text: string): boolean {
  if (!/^[1-478]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{3}\d{3}\d{2}$/.test(text)) return false;
  const body = text.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - (Number(body) % 97) === Number(text.slice(13));
}

/** Spain, DNI and NIE: the letter by remainder of 23. */
export function spanishDni(text: string): boolean {
  if (!/^[XYZ\d]\d{7}[A-Z]$/.test(text)) return false;
  const number = Number(text.slice(0, 8).replace('X', '0').replace('Y', '1').replace('Z', '2'));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === text[8];
}

/** Italy, codice fiscale, with its check character. */
export function codiceFiscale(text: string): boolean {
  if (!/^[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/.test(text)) return false;
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  const sum = [...text.slice(0, 15)].reduce((total, character, index) => {
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    return total + (index % 2 === 0 ? (odd[value] ?? 0) : value);
  }, 0);
  return String.fromCharCode(65 + (sum % 26)) === text[15];
}

/** The Netherlands, burgerservicenummer: the eleven test. */
export function dutchBsn(text: string): boolean {
  if (!isDigits(text, 9) || /^(\d)\1+$/.test(text)) return false;
  return weighted(digitsOf(text), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Belgium, rijksregisternummer: 97 minus the first nine modulo 97; with a leading 2 for births from 2000. */
export function belgianNational(text: string): boolean {
  if (!isDigits(text, 11) || !/^\d{2}(0[0-9]|1[0-2])/.test(text)) return false;
  const check = Number(text.slice(9));
  const body = text.slice(0, 9);
  return 97 - (Number(body) % 97) === check || 97 - (Number(`2${body}`) % 97) === check;
}

/** Poland, PESEL: weights 1 3 7 9. */
export function pesel(text: string): boolean {
  if (!isDigits(text, 11) || !/^\d{2}([02468][1-9]|[13579][0-2])([0-2]\d|3[01])/.test(text)) return false;
  const digits = digitsOf(text);
  return (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digits[10];
}

/** Sweden, personnummer: a date and Luhn over ten digits. */
export function personnummer(text: string): boolean {
  const ten = text.length === 12 ? text.slice(2) : text;
  return isDigits(ten, 10) && /^\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01]|[67-9]\d)/.test(ten) && luhn(ten);
}

/** Norway, fødselsnummer: a date and two check digits of modulus 11. */
export function fodselsnummer(text: string): boolean {
  if (!isDigits(text, 11) || !/^([0-2]\d|3[01]|[4-7]\d)(0[1-9]|1[0-2]|4[1-9]|5[0-2])/.test(text))
    return false;
  const digits = digitsOf(text);
  const first = (11 - (weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
  const second = (11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return first === digits[9] && second === digits[10];
}

/** Finland, henkilötunnus: remainder of 31. */
export function hetu(text: string): boolean {
  const found = /^(\d{6})[-+A-FU-Y](\d{3})([0-9A-Y])$/.exec(text);
  return (
    found !== null && '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(`${found[1]}${found[2]}`) % 31] === found[3]
  );
}

/** Canada, social insurance number: Luhn over nine digits. */
export const canadianSin = (text: string): boolean => isDigits(text, 9) && !/^[08]/.test(text) && luhn(text);

/** Brazil, CPF: two check digits of modulus 11. */
export function cpf(text: string): boolean {
  if (!isDigits(text, 11) || /^(\d)\1+$/.test(text)) return false;
  const digits = digitsOf(text);
  const check = (weights: number[]) => {
    const rest = (weighted(digits, weights) * 10) % 11;
    return rest === 10 ? 0 : rest;
  };
  return (
    check([10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[9] &&
    check([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[10]
  );
}

/** Australia, Medicare number: weights 1 3 7 9. */
export function medicareAustralia(text: string): boolean {
  if (!isDigits(text, 10, 11) || !/^[2-6]/.test(text)) return false;
  const digits = digitsOf(text);
  return weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits[8];
}

/** China, resident identity: ISO 7064 mod 11-2, with a date. */
export function chineseResident(text: string): boolean {
  if (!/^[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]$/.test(text)) return false;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return '10X98765432'[weighted(digitsOf(text.slice(0, 17)), weights) % 11] === text[17];
}

const verhoeffTimes = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const verhoeffTurns = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** India, Aadhaar: Verhoeff 1969. */
export function aadhaar(text: string): boolean {
  if (!isDigits(text, 12) || /^[01]/.test(text)) return false;
  const check = digitsOf(text)
    .toReversed()
    .reduce(
      (sum, digit, index) => Number(verhoeffTimes[sum]?.[Number(verhoeffTurns[index % 8]?.[digit])]),
      0,
    );
  return check === 0;
}

/** Vehicle identification number: ISO 3779 with the check digit of 49 CFR 565.15, which North America demands. */
export function vin(text: string): boolean {
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(text) || !/\d/.test(text)) return false;
  const values: Record<string, number> = {};
  'ABCDEFGH'.split('').forEach((letter, index) => {
    values[letter] = index + 1;
  });
  'JKLMN'.split('').forEach((letter, index) => {
    values[letter] = index + 1;
  });
  Object.assign(values, { P: 7, R: 9 });
  'STUVWXYZ'.split('').forEach((letter, index) => {
    values[letter] = index + 2;
  });
  const numbers = [...text].map((character) => values[character] ?? Number(character));
  const rest = weighted(numbers, [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest === 10 ? 'X' : String(rest)) === text[8];
}

/** United States, National Provider Identifier: Luhn with the prefix 80840 (45 CFR 162.406). */
export const npi = (text: string): boolean => /^[12]\d{9}$/.test(text) && luhn(`80840${text}`);

/** United States, DEA registration. */
export function dea(text: string): boolean {
  if (!/^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/.test(text)) return false;
  const digits = digitsOf(text.slice(2));
  return weighted(digits, [1, 2, 1, 2, 1, 2]) % 10 === digits[6];
}

/** United States, Medicare Beneficiary Identifier: the form of each place (CMS, 2018); no check digit. */
export const medicareBeneficiary = (text: string): boolean =>
  /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d{2}$/.test(
    text,
  );

/** United States, bank routing number: weights 3 7 1. */
export function routingNumber(text: string): boolean {
  if (!isDigits(text, 9) || !/^(0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(text)) return false;
  return weighted(digitsOf(text), [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;
}

/** Mobile equipment identity: Luhn over fifteen digits. 3GPP TS 23.003. */
export const imei = (text: string): boolean => isDigits(text, 15) && !/^0/.test(text) && luhn(text);

/** GS1 (GTIN) check digit, as unique device identifiers carry it after `(01)`. */
export function gs1(text: string): boolean {
  if (!isDigits(text, 14)) return false;
  return weighted(digitsOf(text), [3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}
