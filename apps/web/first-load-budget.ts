import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;

const firstPages = ['sign-in-page.tsx', 'home-page.tsx'];
/** The home page stands in the frame, the sign-in page alone. */
const pageFiles = (page: string) => (page === 'home-page.tsx' ? [page, 'frame/frame.tsx'] : [page]);
const firstFont = /inter-latin-wght-normal.*\.woff2$/;

/**
 * Fails the build when a first visit would load more than `limitBytes`, gzipped: the page itself, its style, the
 * text font, and the code of the entry and of the first page, with everything these import at once.
 */
export function firstLoadBudget(limitBytes: number): Plugin {
  return {
    name: 'first-load-budget',
    apply: 'build',
    writeBundle(_, bundle) {
      for (const page of firstPages) {
        const files = filesOfFirstLoad(bundle, page);
        const bytes = files.reduce((sum, fileName) => sum + transferred(bundle, fileName), 0);
        const text = `First load of ${page}: ${(bytes / 1000).toFixed(0)} kB gzipped in ${files.length} files`;
        if (bytes > limitBytes)
          this.error(`${text}; expected at most ${limitBytes / 1000} kB. Load less at once.`);
        this.info(text);
      }
    },
  };
}

function filesOfFirstLoad(bundle: Bundle, page: string): string[] {
  const files = new Set<string>();
  const visit = (fileName: string) => {
    const chunk = bundle[fileName];
    if (files.has(fileName) || chunk === undefined) return;
    files.add(fileName);
    if (chunk.type === 'chunk') chunk.imports.forEach(visit);
  };
  for (const [fileName, file] of Object.entries(bundle)) {
    const first =
      file.type === 'chunk' &&
      (file.isEntry || pageFiles(page).some((name) => file.facadeModuleId?.endsWith(name)));
    if (first || /\.(html|css)$/.test(fileName) || firstFont.test(fileName)) visit(fileName);
  }
  return [...files];
}

function transferred(bundle: Bundle, fileName: string): number {
  const file = bundle[fileName];
  if (file === undefined) return 0;
  const source = file.type === 'chunk' ? file.code : file.source;
  return /\.woff2$/.test(fileName) ? source.length : gzipSync(source).length;
}
