/** ISO 3166-2:US: the names of the states and the codes that tables hold in their place. */
const states =
  'alabama AL;alaska AK;arizona AZ;arkansas AR;california CA;colorado CO;connecticut CT;delaware DE;district of columbia DC;florida FL;georgia GA;hawaii HI;idaho ID;illinois IL;indiana IN;iowa IA;kansas KS;kentucky KY;louisiana LA;maine ME;maryland MD;massachusetts MA;michigan MI;minnesota MN;mississippi MS;missouri MO;montana MT;nebraska NE;nevada NV;new hampshire NH;new jersey NJ;new mexico NM;new york NY;north carolina NC;north dakota ND;ohio OH;oklahoma OK;oregon OR;pennsylvania PA;rhode island RI;south carolina SC;south dakota SD;tennessee TN;texas TX;utah UT;vermont VT;virginia VA;washington WA;west virginia WV;wisconsin WI;wyoming WY';

const codes = new Map<string, string>();
const names = new Map<string, string>();
for (const entry of states.split(';')) {
  const [, name, code] = entry.match(/^(.+) (\w\w)$/) as RegExpMatchArray;
  codes.set(name as string, (code as string).toLowerCase());
  names.set((code as string).toLowerCase(), name as string);
}

/** The code of a state named in full, or the name of one given by its code, in lower case. */
export const otherStateName = (said: string): string | null => codes.get(said) ?? names.get(said) ?? null;
