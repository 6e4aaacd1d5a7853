/** Control characters, and those that reorder or hide text: none of them belongs in a name people read. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{FFFE}\u{FFFF}]/gu;

/**
 * The last part of a name a client sent, without path and control characters, at most 200 characters with its
 * extension kept. Names are only ever shown: nothing is stored under them.
 */
export function cleanFileName(given: string): string {
  const base = given.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const name = base.toWellFormed().replace(unprintable, '').trim();
  if (/^\.*$/.test(name)) return 'file';
  if (name.length <= 200) return name;
  const extension = /\.[^.]{1,20}$/.exec(name)?.[0] ?? '';
  return (name.slice(0, 200 - extension.length) + extension).toWellFormed();
}

/** A Content-Disposition value that no name can break out of (RFC 6266, RFC 8187). */
export function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
