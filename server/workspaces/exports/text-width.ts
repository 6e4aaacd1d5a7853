const wide = /[mwMW@%—…]|[\u1100-\uffff]/;
const slim = /[iljtfr.,:;'|!()[\] ]/;

/** About how many pixels a text takes in Inter: enough to break and cut lines by, on the careful side. */
export function textWidth(text: string, size: number, weight = 400): number {
  let em = 0;
  for (const character of text) em += slim.test(character) ? 0.33 : wide.test(character) ? 0.9 : 0.6;
  return em * size * (weight >= 600 ? 1.05 : 1);
}

/** The text, or its beginning and an ellipsis where it is too long. */
export function fittedText(text: string, width: number, size: number, weight = 400): string {
  if (textWidth(text, size, weight) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (textWidth(`${kept}${character}…`, size, weight) > width) break;
    kept += character;
  }
  return kept === '' ? '' : `${kept.trimEnd()}…`;
}

/** Lines no longer than `width`, broken between words. */
export function wrappedText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer, size) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = fittedText(word, width, size);
  }
  return line === '' ? lines : [...lines, line];
}
