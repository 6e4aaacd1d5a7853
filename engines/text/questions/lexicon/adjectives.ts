/** A describing word, the columns it speaks of (best first), and whether it points up (+1) or down (-1). */
export interface Adjective {
  dimensions: string[];
  sign: 1 | -1;
}

const size = 'size|length|area|volume|mass|weight|height|population';
const source: [string, 1 | -1, string][] = [
  // positive comparative superlative, direction, dimensions
  ['heavy heavier heaviest', 1, 'body mass|body weight|weight|mass'],
  ['light lighter lightest', -1, 'body mass|body weight|weight|mass'],
  ['tall taller tallest', 1, 'height|stature'],
  ['long longer longest', 1, 'length|duration|time'],
  ['short shorter shortest', -1, 'height|length|duration|time'],
  ['old older oldest', 1, 'age'],
  ['elderly - eldest', 1, 'age'],
  ['young younger youngest', -1, 'age'],
  ['large larger largest', 1, size],
  ['big bigger biggest', 1, size],
  ['small smaller smallest', -1, size],
  ['wide wider widest', 1, 'width|diameter'],
  ['broad broader broadest', 1, 'width|diameter'],
  ['narrow narrower narrowest', -1, 'width|diameter'],
  ['thick thicker thickest', 1, 'thickness|diameter|circumference'],
  ['thin thinner thinnest', -1, 'thickness|diameter'],
  ['deep deeper deepest', 1, 'depth'],
  ['shallow shallower shallowest', -1, 'depth'],
  ['hot hotter hottest', 1, 'max temperature|temperature'],
  ['warm warmer warmest', 1, 'max temperature|temperature'],
  ['cold colder coldest', -1, 'min temperature|temperature'],
  ['cool cooler coolest', -1, 'min temperature|temperature'],
  ['rainy rainier rainiest', 1, 'precipitation|rainfall|rain'],
  ['wet wetter wettest', 1, 'precipitation|rainfall|rain'],
  ['dry drier driest', -1, 'precipitation|rainfall|rain'],
  ['dry dryer dryest', -1, 'precipitation|rainfall|rain'],
  ['windy windier windiest', 1, 'wind speed|wind'],
  ['fast faster fastest', 1, 'speed|velocity'],
  ['slow slower slowest', -1, 'speed|velocity'],
  ['cheap cheaper cheapest', -1, 'price|cost'],
  ['expensive - -', 1, 'price|cost'],
  ['strong stronger strongest', 1, 'magnitude|strength'],
  ['weak weaker weakest', -1, 'magnitude|strength'],
  ['powerful - -', 1, 'horsepower|power'],
  ['populous - -', 1, 'population'],
  ['populated - -', 1, 'population'],
  ['dense denser densest', 1, 'density'],
  ['rich richer richest', 1, 'income|wealth|gdp'],
  ['poor poorer poorest', -1, 'income|wealth|gdp'],
  ['efficient - -', 1, 'miles per gallon|efficiency'],
  ['economical - -', 1, 'miles per gallon'],
  ['fertile - -', 1, 'fertility'],
  ['severe - -', 1, 'severity'],
  ['bright brighter brightest', 1, 'brightness|intensity'],
  ['new newer newest', 1, 'date|year'],
  ['recent - -', 1, 'date|year|time'],
  ['late later latest', 1, 'date|year|time'],
  ['early earlier earliest', -1, 'date|year|time'],
  ['fat fatter fattest', 1, 'body fat|fat|weight'],
];

const build = (place: 0 | 1 | 2): Map<string, Adjective> => {
  const words = new Map<string, Adjective>();
  for (const [forms, sign, dimensions] of source) {
    const word = forms.split(' ')[place] as string;
    if (word === '-') continue;
    const known = words.get(word);
    const more = dimensions.split('|');
    if (known === undefined) words.set(word, { dimensions: more, sign });
    else known.dimensions = [...new Set([...known.dimensions, ...more])];
  }
  return words;
};

export const positives = build(0);
export const comparatives = build(1);
export const superlatives = build(2);

/** Superlatives that say up or down and nothing of what. */
export const plainSuperlatives = new Map<string, 1 | -1>([
  ['highest', 1],
  ['greatest', 1],
  ['maximum', 1],
  ['maximal', 1],
  ['top', 1],
  ['best', 1],
  ['lowest', -1],
  ['minimum', -1],
  ['minimal', -1],
  ['worst', -1],
]);

export const plainComparatives = new Map<string, 1 | -1>([
  ['higher', 1],
  ['greater', 1],
  ['more', 1],
  ['lower', -1],
  ['less', -1],
  ['fewer', -1],
]);
