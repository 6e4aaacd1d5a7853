const month =
  '(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|jun[ei]?|jul[yi]?|aug(?:ust)?|sep(?:t(?:ember)?)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\\.?';

/** A day of the calendar in the forms people write; a year or a month alone is none of them. */
export const dayForms: readonly RegExp[] = [
  /\b(?:1[89]|20)\d{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\d)/g,
  /(?<![\d./-])(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:(?:1[89]|20)\d{2}|\d{2})(?![\d/-]|\.\d)/g,
  new RegExp(
    `\\b(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th|\\.)?[ -](?:of )?${month}(?:[ -,]+(?:1[89]|20)?\\d{2})?(?!\\d|\\p{L})`,
    'giu',
  ),
  new RegExp(
    `\\b${month} (?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?:,? (?:1[89]|20)\\d{2})?(?!\\d|\\p{L})`,
    'giu',
  ),
];

const wholes = dayForms.map((form) => new RegExp(`^(?:${form.source})$`, form.flags.replace('g', '')));

export const isDay = (text: string): boolean => wholes.some((form) => form.test(text.trim()));
