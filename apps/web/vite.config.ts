import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { firstLoadBudget } from './first-load-budget.ts';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);
const server = process.env.STROMA_URL ?? 'http://127.0.0.1:3000';

/**
 * Writes `.gz` and `.br` beside each text asset, so that the server never compresses the same bytes twice. After
 * everything is written, because other plugins still change the chunks before.
 */
const precompressed: Plugin = {
  name: 'precompressed',
  apply: 'build',
  async writeBundle({ dir = 'dist' }, bundle) {
    await Promise.all(
      Object.keys(bundle)
        .filter((fileName) => /\.(js|css|svg|html)$/.test(fileName))
        .map(async (fileName) => {
          const path = join(dir, fileName);
          const source = await readFile(path);
          if (source.length < 1024) return;
          await writeFile(`${path}.gz`, await gzipped(source, { level: 9 }));
          await writeFile(
            `${path}.br`,
            await brotlied(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
          );
        }),
    );
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), precompressed, firstLoadBudget(250_000)],
  build: {
    target: 'es2023',
    /** The content security policy forbids `data:` for fonts and scripts. */
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'vendor',
              test: /node_modules\/(react|react-dom|scheduler|react-i18next|i18next|clsx|@tanstack\/(?!.*virtual))/,
            },
            /** What also the sign-in page stands on, which knows nothing of the frame. */
            {
              name: 'basis',
              test: /src\/(stroma\.svg|lib\/(client|query|session|theme|format|toasts|i18n)|components\/(frame\/stand-ins|button|empty|field|notice|page|skeleton))/,
            },
            {
              name: 'frame',
              test: /src\/(components\/frame\/(?!command|step-up|stand-ins|running-jobs|account-menu|more-areas)|lib\/(jobs|live|datasets))|src\/components\/(progress|status|badge|quality)/,
              maxSize: 400_000,
            },
            {
              name: 'menus',
              test: /src\/components\/(frame\/(running-jobs|account-menu|more-areas)|menu|popover|tooltip)/,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: server, changeOrigin: false }, '/ws': { target: server, ws: true } },
  },
});
