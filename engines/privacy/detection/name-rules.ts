import type { IdentifierKind } from './kinds.ts';

/** What a column's name says. `certain`: enough by itself where the values do not speak against it. */
export interface NameRule {
  kind: IdentifierKind;
  certain: boolean;
  words: RegExp;
  not?: RegExp;
}

/** `patientFirstName`, `patient_first-name` and `Patient first name` are one: lower case words with single spaces. */
export function wordsOf(name: string): string {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\d#]+/gu, ' ')
    .trim();
}

const rule = (kind: IdentifierKind, words: RegExp, certain = true, not?: RegExp): NameRule =>
  not === undefined ? { kind, words, certain } : { kind, words, certain, not };

const number = '(?: (?:number|num|no|nr|nbr|id|code|#|identifier))?';

/** The first that fits counts; what is special stands before what is general. */
export const nameRules: readonly NameRule[] = [
  rule('fax', /\b(?:tele)?fax(?:nummer)?\b/),
  rule('email', /\be ?mail\b|\bmail (?:address|adresse)\b|\bcorreo\b/),
  rule('social_security', /\bssn\b|\bsocial sec(?:urity)?\b|\bss (?:number|no|num)\b/),
  rule(
    'national_id',
    /\bnational (?:id|identity|identifier|insurance)\b|\bnhs\b|\bnino\b|\bsteuer ?(?:id|nummer)\b|\btax ?(?:id|payer|number)\b|\bpersonalausweis|\bpersonnummer\b|\bcpr\b|\bbsn\b|\bpesel\b|\bcodice fiscale\b|\bdni\b|\bnir\b|\bcpf\b|\baadhaar\b|\bsin number\b|\bpassport|\breisepass|\bidentity card|\bcitizen (?:id|number)\b|\bethnic id\b/,
  ),
  rule(
    'medical_record',
    new RegExp(
      `\\bmrn\\b|\\bmedical rec(?:ord)?${number}\\b|\\brecord (?:number|no|nr)\\b|\\bhospital (?:id|number|no|nr)\\b|\\bchart (?:number|no|id)\\b|\\bpatient(?:en)? ?(?:id|number|no|nr|nummer|key|code|identifier)\\b|\\bpat ?(?:id|nr|no)\\b|\\bfall ?(?:nr|nummer|id)\\b|\\bhadm id\\b|\\bencounter (?:id|number)\\b|\\badmission (?:id|number)\\b|\\baccession(?: (?:id|number|no))?\\b|\\bpid\\b`,
    ),
  ),
  rule(
    'health_plan',
    /\bhealth ?(?:plan|insurance|care)(?: (?:id|number|no|nr|beneficiary|member))+\b|\bbeneficiary(?: (?:id|number|no))?\b|\bmember (?:id|number|no)\b|\binsurance (?:id|number|no|nr|policy)\b|\bpolicy (?:id|number|no|nr)\b|\bmedicare(?: (?:id|number|no))?\b|\bmedicaid\b|\bmbi\b|\bhicn?\b|\bsubscriber (?:id|number|no)\b|\bversicherten ?(?:nummer|nr|id)\b|\bkvnr\b|\bkrankenversicherten/,
    true,
    /\bstatus\b|\btype\b|\bplan name\b/,
  ),
  rule(
    'account',
    /\baccount(?: (?:number|num|no|nr|id))?\b|\bacct\b|\biban\b|\bbic\b|\bswift\b|\bcredit card\b|\bcard (?:number|no|nr)\b|\bcc (?:number|num|no)\b|\bkonto ?(?:nummer|nr)?\b|\brouting\b|\bbank (?:number|code|account)\b|\bsort code\b/,
    true,
    /\btype\b|\bbalance\b|\bstatus\b|\bcount\b|\bcreated\b|\bnumber of\b/,
  ),
  rule(
    'certificate',
    /\b(?:drivers? )?licen[cs]e(?: (?:number|num|no|nr|id))?\b|\bcertificate(?: (?:number|no|id))?\b|\bnpi\b|\bdea(?: (?:number|no))?\b|\bfuhrerschein|\bführerschein|\blanr\b|\bregistration (?:number|no)\b/,
    true,
    /\bplate\b|\btype\b|\bdriver type\b|\bstatus\b|\bsoftware\b/,
  ),
  rule(
    'vehicle',
    /\bvin\b|\bvehicle (?:id|identification|number|no|plate|registration)\b|\b(?:licen[cs]e|number|registration) plate\b|\bplate (?:number|no)\b|\bkennzeichen\b|\bfahrgestell/,
  ),
  rule(
    'device',
    /\bserial(?: (?:number|num|no|nr|id))?\b|\bdevice (?:id|identifier|serial|number|no|address)\b|\bimei\b|\bmac(?: (?:address|addr))\b|\bimplant (?:id|number|serial)\b|\budi\b|\bserien ?(?:nummer|nr)\b|\bsensor id\b|\bpacemaker (?:id|serial|number)\b/,
    true,
    /\bserial (?:correlation|dilution|interval|killer)\b/,
  ),
  rule('ip_address', /\bip(?:v[46])?(?: ?(?:address|addr))?\b/, false),
  rule(
    'url',
    /\burl\b|\bweb ?site\b|\bhome ?page\b|\bweb ?address\b|\blinked ?in\b|\bfacebook\b|\btwitter\b|\bsocial media\b|\binstagram\b/,
  ),
  rule(
    'biometric',
    /\bfinger ?prints?\b|\bvoice ?prints?\b|\bretina(?:l)? (?:scan|id|image|template)\b|\biris (?:scan|code|template)\b|\bbiometric\b|\bface (?:id|template|embedding|encoding|vector)\b|\bpalm ?print\b|\bminutiae\b|\bfacial (?:template|embedding|geometry)\b|\bfingerabdruck\b|\bdna (?:profile|fingerprint)\b/,
  ),
  rule(
    'photo',
    /\bphoto(?:graph)?s?\b|\bportrait\b|\bheadshot\b|\bface (?:image|picture|photo)\b|\bpicture\b|\bselfie\b|\bmug ?shot\b|\bavatar\b|\blichtbild\b|\bprofile (?:image|pic)\b/,
    true,
    /\bphoto (?:synthesis|period|n|ton|current|bleach)\b/,
  ),
  rule(
    'birth_date',
    /\bdob\b|\bbirth ?(?:date|day|dt)?\b|\bdate (?:of )?birth\b|\bgeburts ?(?:datum|tag)\b|\bborn\b|\bfecha nacimiento\b|\bdate naissance\b|\bbirthdate\b|\bbrthdtc?\b/,
    true,
    /\bweight\b|\bwt\b|\bplace\b|\bcountry\b|\bcity\b|\brate\b|\border\b|\blength\b|\bheight\b|\bcontrol\b|\bstate\b|\bweeks?\b/,
  ),
  rule(
    'phone',
    /\b(?:tele)?phone(?: ?(?:number|no|nr|home|work|mobile))?\b|\bmobile(?: (?:number|no|phone))?\b|\bcell(?: (?:phone|number|no))\b|\btel(?: ?(?:number|no|nr))?\b|\btelefon(?:nummer)?\b|\bhandy(?:nummer)?\b|\bcontact (?:number|no)\b|\bpager\b/,
    true,
    /\btype\b|\bmodel\b|\bcount\b|\bhours\b/,
  ),
  rule(
    'coordinates',
    /\blat(?:itude)?\b|\blon(?:g|gitude)?\b|\blng\b|\bgps\b|\bgeo ?(?:location|code|hash|point|coord\w*)\b|\bcoordinates?\b/,
    false,
  ),
  rule(
    'postal_code',
    /\bzip(?: ?code)?\b|\bzipcode\b|\bpost(?:al)? ?codes?\b|\bplz\b|\bpostleitzahl\b|\bpin ?code\b|\bcodigo postal\b|\bcode postal\b|\bcap\b(?= code)/,
  ),
  rule(
    'county',
    /\bcounty\b|\bdistrict\b|\bprecinct\b|\bcensus (?:tract|block)\b|\blandkreis\b|\bparish\b|\bborough\b|\bfips\b|\bneighbou?rhood\b|\bgeo ?code\b|\bmunicipality\b|\bgemeinde\b|\bkreis\b/,
    true,
  ),
  rule(
    'city',
    /\bcity\b|\btown\b|\bvillage\b|\bplace of (?:birth|residence|death)\b|\bbirth ?place\b|\bgeburtsort\b|\bwohnort\b|\bort\b|\bstadt\b|\bciudad\b|\bville\b|\bresidence\b|\blocality\b/,
    true,
    /\b(?:mpg|miles|capacity)\b|\bmpg\b/,
  ),
  rule(
    'street_address',
    /\baddress(?: ?(?:line)?(?: ?\d)?)?\b|\baddr\b|\bstreet(?: (?:name|address|number|no))?\b|\bstrasse\b|\bstraße\b|\banschrift\b|\badresse\b|\bhaus ?(?:nummer|nr)\b|\bdireccion\b|\bapartment\b/,
    true,
    /\bip\b|\bmac\b|\be ?mail\b|\bweb\b|\bmemory\b/,
  ),
  rule(
    'facility',
    /\b(?:hospital|clinic|facility|practice|ward)(?: name)?$|\bcare ?unit\b|\bkrankenhaus\b|\bklinik\b|\bhealth cent(?:er|re)\b/,
    false,
  ),
  rule(
    'age',
    /\bage\b|\balter\b|\bedad\b|\bage (?:at|in|of|years|yrs?)\b|\bage ?yrs?\b|\banchor age\b/,
    true,
    /\bgroup\b.*\bmean\b|\bgestational\b|\bstage\b|\bbone\b|\bmaternal age group mean\b/,
  ),
  rule(
    'name',
    /\b(?:first|last|middle|full|given|family|sur|maiden|birth|legal|nick|patient|person|subject|participant|customer|client|employee|staff|doctor|physician|provider|nurse|author|contact|user|student|teacher|owner|guardian|parent|mother|father|spouse|kin|emergency contact|relative|member|investigator|sender|recipient|surgeon|operator|technician|clinician|referring|attending)s? ?names?\b|\bf ?name\b|\bl ?name\b|\bfirstname\b|\blastname\b|\bsurname\b|\bforename\b|\bnext of kin\b|\bfullname\b|\bvor ?name\b|\bnach ?name\b|\bfamilien ?name\b|\bgeburtsname\b|\bnombre\b|\bapellidos?\b|\bpr[ée]nom\b|\bcognome\b|\bmother s maiden\b|\bpatient$|\binitials\b|\balias\b|\b(?:physician|doctor|surgeon|nurse|guardian|spouse|practitioner|clinician)$|\bausweisname\b/,
    true,
    /\bbrand\b|\bproduct\b|\bfile\b|\bgene\b|\bdrug\b|\bspecies\b|\btable\b|\bcolumn\b/,
  ),
  rule('name', /^name$|\bnames?$|\bcontact\b|\bauthor\b|\buser\b|\busername\b|\bemployee\b/, false),
  rule(
    'date',
    /\bdate\b|\bdatum\b|\bdt\b|\bfecha\b|\b(?:admi\w*|discharge\w*|visit|death|died|deceased|surgery|procedure|service|appointment|sample|specimen|collection|diagnos\w+|onset|enrol\w*|consent|event|start|end|stop|scan) ?(?:date|time|dt|day|at|on)\b|\btime ?stamp\b|\bdod\b|\b(?:created|updated|modified|recorded|admitted|discharged|measured|collected) at\b/,
    false,
  ),
  rule(
    'unique_code',
    /\b(?:subject|participant|person|case|sample|specimen|study|customer|client|user|employee|staff|order|invoice|ticket|transaction|donor|volunteer|family|household|visit|session|booking|reservation|registration|receipt|prescription|rx|bar|claim|stay|guid|uuid|card|badge|student|subj|usubj|animal|mouse|rat|doctor|physician|provider|nurse)s? ?(?:id|number|no|nr|num|code|key|identifier)\b|\busubjid\b|\bsubjid\b|\bguid\b|\buuid\b|\bbarcode\b|\bidentifier\b|\buser ?name\b|\blogin\b|\btoken\b/,
    false,
  ),
  rule('unique_code', /\bid\b|\bkey\b|\bcode\b|\bnr\b|\bnumber\b|^no$/, false),
  rule(
    'demographic',
    /\bsex\b|\bgender\b|\bgeschlecht\b|\brace\b|\bethnic(?:ity)?\b|\bmarital(?: status)?\b|\bfamilienstand\b|\breligion\b|\bconfession\b|\boccupation\b|\bprofession\b|\bberuf\b|\bjob(?: title)?\b|\beducation\b|\bnationality\b|\bcitizenship\b|\blanguage\b|\bcountry(?: of (?:birth|origin))?\b|\bstate\b|\bprovince\b|\bbundesland\b|\bregion\b|\bland\b|\binsurance type\b|\bimmigra\w+\b|\bemployer\b|\bdisability\b|\bveteran\b/,
  ),
];

export function ruleFor(name: string): NameRule[] {
  const text = wordsOf(name);
  return nameRules.filter(({ words, not }) => words.test(text) && not?.test(text) !== true);
}
